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
 * How a credential reaches npm and Bun: in a variable with a random name, which a file outside the project refers to
 * (npm_config_userconfig). That file repeats the user's own. A name that can be guessed would be a hole: a project's
 * npmrc may send the value of any variable that it can name to any host.
 */

/** One registry, and what was found for it. */
export interface RegistrySignIn {
  readonly registry: Registry
  readonly credential: Credential
}

/** What a manager looks for to sign in at a registry: its own items and what a person shared with it, longest path first. */
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

/** Those of the variables that a person named. */
export function addressesNamed(named: ReadonlyMap<string, Endpoint>): readonly Address[] {
  return [...named.values()].filter((at) => at.form === 'address')
}

/** The variables and the file; `userConfig` is what the user's own file says. */
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
 * The registry's own dart, which `npm publish` and `npm whoami` look up and nothing above it, and the one of the place
 * where the credential lies, if that is above: registries name tarballs there.
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
