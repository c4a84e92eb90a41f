import { isObject, type Members } from '../../core/record.ts'
import { isSparse } from './index-address.ts'
import { configFile, type Home } from './places.ts'
import { ownProgram } from './providers.ts'
import { parsed } from './toml.ts'

/*
 * The registries that a person named, in the user's own configuration or in the environment. A project and the manifest
 * of a dependency (`registry-index`) name registries too.
 */

/** Whether the person named this sparse index: the same URL, with the same query and escapes. */
export function isPersons(home: Home, index: string): boolean {
  const asked = hrefOf(index)
  return asked !== undefined && isSparse(index) && indexesIn(home).some((named) => hrefOf(named) === asked)
}

/** As cargo prints a URL; `undefined` for none. */
function hrefOf(index: string): string | undefined {
  const scheme = index.slice(0, index.indexOf('+') + 1)
  const url = index.slice(scheme.length)
  return URL.canParse(url) ? scheme + new URL(url).href : undefined
}

/** The index of a registry by its name; `undefined` if the person has not named it. */
export function indexOf(home: Home, name: string): string | undefined {
  const variable = home.env[variableOf(name)] ?? ''
  if (variable !== '') return variable
  return textOf(tableIn(tableIn(ownConfig(home), 'registries'), name)['index'])
}

/** What the user's own configuration says; nothing if it cannot be read, which cargo itself reports. */
export function ownConfig(home: Home): Members {
  const file = configFile(home)
  try {
    return (file === undefined ? undefined : parsed(home.files.read(file) ?? '')) ?? {}
  } catch {
    return {}
  }
}

export function tableIn(table: Members, name: string): Members {
  const value = Object.hasOwn(table, name) ? table[name] : undefined
  return isObject(value) ? value : {}
}

function indexesIn(home: Home): readonly string[] {
  const config = ownConfig(home)
  const named = Object.values(tableIn(config, 'registries')).map((one) => isObject(one) && one['index'])
  const replaced = Object.values(tableIn(config, 'source')).map((one) => isObject(one) && one['registry'])
  const variables = Object.keys(home.env).filter((name) => name.startsWith(before) && name.endsWith(after))
  return [...named, ...replaced, ...variables.map((name) => home.env[name])].flatMap((one) => textOf(one) ?? [])
}

const [before, after] = ['CARGO_REGISTRIES_', '_INDEX']

function variableOf(name: string): string {
  return `${before}${name.toUpperCase().replaceAll('-', '_')}${after}`
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The registries that have a provider of their own, which is not our command, and that provider's first word. */
export function otherProviders(home: Home): readonly (readonly [registry: string, provider: string])[] {
  const config = ownConfig(home)
  const named = Object.keys(tableIn(config, 'registries')).map(
    (name) => [`registries.${name}`, tableIn(tableIn(config, 'registries'), name)] as const,
  )
  return [['registry', tableIn(config, 'registry')] as const, ...named].flatMap(([name, table]) => {
    const provider = [table['credential-provider']].flat()
    const [first] = provider
    const isOurs = first === undefined || ownProgram(config, String(first)) !== undefined
    return isOurs ? [] : [[name, String(first)] as const]
  })
}
