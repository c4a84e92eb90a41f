import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isLoopback } from '../../core/loopback.ts'
import { refused } from '../guard/refused.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import type { Environment } from '../tool.ts'
import { registryAddress } from './nerf-dart.ts'
import { expanded, type Setting } from './npmrc.ts'

/** A registry that the manager is configured to use. */
export interface Registry {
  readonly address: Address
  /** The project's line that names it; absent if the user names it. */
  readonly setBy?: ProjectSetting
}

/** The settings of each source, by precedence: arguments, environment, project, the user, the machine. */
export interface Configuration {
  readonly words: Place
  readonly environment: Place
  readonly project: readonly ProjectSetting[]
  readonly user: Place
  /** The manager's registry if none is set. */
  readonly machine: Place
}

type Place = readonly Setting[]

/** The default registry and every scope's, each once. All registries that a project's files name count as used. */
export function registriesIn(configuration: Configuration, env: Environment): readonly Registry[] {
  const found = new Map<string, Registry>()
  let hasDefault = false
  for (const place of placesOf(configuration)) {
    const keys = place.map(({ key }) => expanded(key, env))
    for (const [at, { value, setBy }] of place.entries()) {
      const isDefault = keys[at] === 'registry' && !hasDefault
      const address = isDefault || isScopes(keys[at] ?? '') ? registryAddress(expanded(value, env)) : undefined
      if (address === undefined || found.has(address.key)) continue
      found.set(address.key, setBy === undefined ? { address } : { address, setBy: setBy })
    }
    hasDefault ||= keys.includes('registry')
  }
  return [...found.values()]
}

type Placed = Setting & { readonly setBy?: ProjectSetting }

function placesOf({ words, environment, project, user, machine }: Configuration): readonly (readonly Placed[])[] {
  const texts = project.flatMap((setBy): Placed[] => {
    const { key, value, uncertain } = setBy
    return typeof value === 'string' && uncertain === undefined ? [{ key, value, setBy: setBy }] : []
  })
  return [words, environment, texts, user, machine]
}

/** The registry of a key, from the source with the highest precedence. */
export function registryNamed(key: string, configuration: Configuration, env: Environment): Registry | undefined {
  const first = placesOf(configuration)
    .flat()
    .find((one) => one.key === key)
  const address = registryAddress(expanded(first?.value ?? '', env))
  return address === undefined ? undefined : { address }
}

function isScopes(key: string): boolean {
  return key.startsWith('@') && key.endsWith(':registry')
}

/** `--registry URL`, `--registry=URL` and the same for a scope. */
export function settingsInWords(words: readonly string[]): readonly Setting[] {
  return words.flatMap((word, at): Setting[] => {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(word)
    const key = match?.[1] ?? ''
    return match === null ? [] : [{ key, value: match[2] ?? words[at + 1] ?? '' }]
  })
}

/** `npm_config_…`, as npm reads it: scopes and hosts are verbatim except for case, with dashes for underscores. */
export function settingsInEnvironment(env: Environment): readonly Setting[] {
  return Object.entries(env).flatMap(([name, value]): Setting[] => {
    if (!/^npm_config_/i.test(name) || value === undefined || value === '') return []
    const key = name.slice('npm_config_'.length)
    return [{ key: key.startsWith('//') ? key : key.replace(/(?!^)_/g, '-').toLowerCase(), value }]
  })
}

/** npm sends a host's credential over http too, so an http registry would get the one that was saved for https. */
export function refuseInTheClear(registries: readonly Registry[], given: readonly Address[]): void {
  for (const { address, setBy } of registries) {
    if (address.scheme !== 'http' || isLoopback(address)) continue
    const other = given.find((at) => at.scheme === 'https' && hostAndPort(at) === hostAndPort(address))
    if (other === undefined) continue
    const does = `would send the credential for ${other.key} unencrypted`
    if (setBy !== undefined) throw refused(setBy, does)
    throw new Failure('refused', `the registry ${address.key} ${does}`, { hints: [hint`use ${other.key}`] })
  }
}
