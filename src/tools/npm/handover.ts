import type { Credential } from '../../core/credential.ts'
import { type Address, type Endpoint, withParents } from '../../core/endpoint.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Answer, Lookup } from '../../core/selection.ts'
import { variablesIn } from '../guard/references.ts'
import { type ProjectSetting, textsIn } from '../guard/setting.ts'
import type { Launch } from '../launch.ts'
import type { Environment } from '../tool.ts'
import { loadsCode } from '../variables.ts'
import { registryKinds, settingOf } from './authorization.ts'
import { dartIn, dartOf } from './nerf-dart.ts'
import { npmrcLines, npmrcText } from './npmrc.ts'
import type { Registry } from './registries.ts'

/*
 * How a credential reaches npm and Bun: in a variable with a random name, which a file outside the project refers to
 * (npm_config_userconfig). That file repeats the user's own. A name that can be guessed would be a hole: a project's
 * npmrc may send the value of any variable that it can name to any host.
 */

/** One registry, and what was found for it. */
export interface Given {
  readonly registry: Registry
  readonly credential: Credential
}

/** What a manager looks for to sign in at a registry: its own items and what a person shared with it, longest path first. */
export function lookupFor(tool: string, { address }: Registry): Lookup {
  return { tool, kinds: registryKinds, endpoints: withParents(address), sharedOnly: true }
}

export function givenBy(registries: readonly Registry[], answers: readonly (Answer | undefined)[]): readonly Given[] {
  return registries.flatMap((registry, at) => {
    const credential = answers[at]?.credential
    return credential === undefined ? [] : [{ registry, credential }]
  })
}

/** The addresses to which a credential will be sent. */
export function addressesOf(given: readonly Given[]): readonly Address[] {
  return given.map(({ registry }) => registry.address)
}

/** Those of the variables that a person named. */
export function addressesNamed(named: ReadonlyMap<string, Endpoint>): readonly Address[] {
  return [...named.values()].filter((at) => at.form === 'address')
}

/** The variables and the file; `userConfig` is what the user's own file says. */
export function handOver(given: readonly Given[], userConfig: string, newName: () => string): Launch {
  const env: Record<string, Secret> = {}
  const lines = new Map<string, string>()
  for (const one of given) {
    const { name, value } = settingOf(one.credential)
    const variable = newName()
    const free = dartsOf(one).filter((dart) => !lines.has(dart))
    if (free.length > 0) env[variable] = new Secret(value)
    for (const dart of free) lines.set(dart, `${dart}:${name}=\${${variable}}\n`)
  }
  const text = `${[...lines.values()].join('')}${withoutAuthentication(userConfig, new Set(lines.keys()))}`
  return { env, file: { variable: 'npm_config_userconfig', text } }
}

/**
 * The registry's own dart, which `npm publish` and `npm whoami` look up and nothing above it, and the one of the place
 * where the credential lies, if that is above: registries name tarballs there.
 */
function dartsOf({ registry: { address }, credential: { endpoint } }: Given): readonly string[] {
  const above = endpoint.form === 'address' && withParents(address).some(({ key }) => key === endpoint.key)
  return [...new Set([dartOf(address), ...(above ? [dartOf(endpoint as Address)] : [])])]
}

const authentication = ['_authToken', '_auth', 'username', '_password']

function withoutAuthentication(text: string, darts: ReadonlySet<string>): string {
  const kept = npmrcLines(text).filter(({ setting }) => {
    const dart = dartIn(setting?.key ?? '')
    return dart === undefined || !authentication.includes(dart.name) || !darts.has(dart.dart)
  })
  return npmrcText(kept)
}

/**
 * A project's own authentication goes before the user's. Where it is a variable that is not set, the variable gets what
 * is given for that very registry, unless the project uses it elsewhere, too; then a remark says what to do.
 */
export function unsetVariables(
  tool: string,
  project: readonly ProjectSetting[],
  given: readonly Given[],
  env: Environment,
): { readonly env: Readonly<Record<string, Secret>>; readonly remarks: readonly string[] } {
  const variables: Record<string, Secret> = {}
  const remarks: string[] = []
  for (const { file, line, key, value, about, uncertain } of project) {
    const dart = dartIn(key)
    const variable = typeof value === 'string' ? /^\$\{([^{}?$]+)\??\}$/.exec(value)?.[1] : undefined
    const one = given.find((it) => dartsOf(it).includes(dart?.dart ?? ''))
    if (variable === undefined || one === undefined || uncertain || !authentication.includes(dart?.name ?? '')) continue
    if ((env[variable] ?? '') !== '') continue
    const setting = settingOf(one.credential)
    if (setting.name === dart?.name && !loadsCode(variable) && !isUsedElsewhere(project, variable, about)) {
      variables[variable] = new Secret(setting.value)
      continue
    }
    const instead = hint`credbridge run --env ${`${variable}=${one.registry.address.key}`} -- ${tool} …`
    remarks.push(`${file}, line ${line}: ${variable} is not set, and goes before what credbridge gives: ${instead}`)
  }
  return { env: variables, remarks }
}

function isUsedElsewhere(project: readonly ProjectSetting[], variable: string, about: string | undefined): boolean {
  return project.some((one) => {
    const asks = [one.text ?? '', one.key, ...textsIn(one.value)].flatMap(variablesIn)
    return one.about !== about && asks.includes(variable)
  })
}
