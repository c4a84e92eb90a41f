import type { Credential } from '../../core/credential.ts'
import { type Address, type Endpoint, withParents } from '../../core/endpoint.ts'
import { Secret } from '../../core/secret.ts'
import type { Answer, Lookup } from '../../core/selection.ts'
import type { Launch } from '../launch.ts'
import { registryKinds, settingOf } from './authorization.ts'
import { nerfDartOf, splitNerfDart } from './nerf-dart.ts'
import { npmrcLines, npmrcText } from './npmrc.ts'
import type { Registry } from './registries.ts'

/*
 * npm and Bun get a credential in a variable with a random name, and a file outside the project that refers to it
 * (npm_config_userconfig). That file repeats the user's own. The name must not be guessable: a project's npmrc may send
 * any variable that it can name to any host.
 */

/** A registry, and the credential that was found for it. */
export interface RegistrySignIn {
  readonly registry: Registry
  readonly credential: Credential
}

/** The lookup for signing in at a registry: the manager's own items and shared ones, longest path first. */
export function lookupFor(tool: string, { address }: Registry): Lookup {
  return { tool, kinds: registryKinds, endpoints: withParents(address), sharedOnly: true }
}

export function signInsFor(
  registries: readonly Registry[],
  answers: readonly (Answer | undefined)[],
): readonly RegistrySignIn[] {
  return registries.flatMap((registry, at) => {
    const credential = answers[at]?.credential
    return credential === undefined ? [] : [{ registry, credential }]
  })
}

/** The addresses to which a credential will be sent. */
export function addressesOf(signIns: readonly RegistrySignIn[]): readonly Address[] {
  return signIns.map(({ registry }) => registry.address)
}

/** The variables of these that a person named. */
export function addressesNamed(named: ReadonlyMap<string, Endpoint>): readonly Address[] {
  return [...named.values()].filter((at) => at.form === 'address')
}

/** Creates the variables and the file. `userConfig` is the content of the user's own file. */
export function launchWith(signIns: readonly RegistrySignIn[], userConfig: string, newName: () => string): Launch {
  const env: Record<string, Secret> = {}
  const lines = new Map<string, string>()
  for (const one of signIns) {
    const { name, value } = settingOf(one.credential)
    const variable = newName()
    const free = nerfDartsOf(one).filter((nerfDart) => !lines.has(nerfDart))
    if (free.length > 0) env[variable] = new Secret(value)
    for (const nerfDart of free) lines.set(nerfDart, `${nerfDart}:${name}=\${${variable}}\n`)
  }
  const text = `${[...lines.values()].join('')}${withoutAuthentication(userConfig, new Set(lines.keys()))}`
  return { env, file: { variable: 'npm_config_userconfig', text } }
}

/**
 * The nerf darts to write: the registry's own, because `npm publish` and `npm whoami` look up nothing above it, and
 * that of the credential's endpoint if it is above, because registries name tarballs there.
 */
export function nerfDartsOf({ registry: { address }, credential: { endpoint } }: RegistrySignIn): readonly string[] {
  const above = endpoint.form === 'address' && withParents(address).some(({ key }) => key === endpoint.key)
  return [...new Set([nerfDartOf(address), ...(above ? [nerfDartOf(endpoint as Address)] : [])])]
}

export const authentication = ['_authToken', '_auth', 'username', '_password']

function withoutAuthentication(text: string, nerfDarts: ReadonlySet<string>): string {
  const kept = npmrcLines(text).filter(({ setting }) => {
    const nerfDart = splitNerfDart(setting?.key ?? '')
    return nerfDart === undefined || !authentication.includes(nerfDart.name) || !nerfDarts.has(nerfDart.nerfDart)
  })
  return npmrcText(kept)
}
