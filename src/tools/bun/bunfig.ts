import { parse } from 'smol-toml'
import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { registryAddress } from '../npm/nerf-dart.ts'
import { refused, type Said } from '../npm/project.ts'

/*
 * bunfig.toml: `[install] registry` is an address or a table `{ url, token }` or `{ url, username, password }`,
 * `[install.scopes]` has the same for each scope. Bun replaces a text that is `$NAME` as a whole.
 */

type Table = { readonly [key: string]: unknown }

/** A registry as the file has it. */
export interface BunRegistry {
  /** The keys that lead to it. */
  readonly path: readonly string[]
  readonly url?: string
  readonly token?: string
  readonly username?: string
  readonly password?: string
}

export function bunRegistries(content: Table): readonly BunRegistry[] {
  const install = tableIn(content['install'])
  const scopes = Object.entries(tableIn(install['scopes']))
  return [
    ...('registry' in install ? [registryIn(['install', 'registry'], install['registry'])] : []),
    ...scopes.map(([scope, value]) => registryIn(['install', 'scopes', scope], value)),
  ]
}

function registryIn(path: readonly string[], value: unknown): BunRegistry {
  if (typeof value === 'string') return { path, url: value }
  const table = tableIn(value)
  const texts = ['url', 'token', 'username', 'password'].flatMap((name): [string, string][] => {
    const text = table[name]
    return typeof text === 'string' ? [[name, text]] : []
  })
  return { path, ...Object.fromEntries(texts) }
}

function tableIn(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {}
}

/** What the file says; what is no TOML, Bun refuses itself. */
export function parsedBunfig(text: string): Table {
  try {
    return parse(text)
  } catch {
    return {}
  }
}

/** What a project's file says about registries and trust, and every line as it is written. */
export function saidInBunfig(file: string, text: string): readonly Said[] {
  const content = parsedBunfig(text)
  const lines = text.split('\n').map((line, at): Said => ({ file, line: at + 1, text: line }))
  const written = lines.filter((line) => !line.text.trim().startsWith('#'))
  const at = (value: string) => lines.find((line) => line.text.includes(value))?.line ?? 1
  const registries = bunRegistries(content).flatMap(({ url = '', token, username, password, path }): Said[] => {
    const address = registryAddress(url)
    const about = address === undefined ? {} : { about: hostAndPort(address) }
    const isDefault = path.at(-1) === 'registry'
    const key = isDefault ? 'registry' : `${scopeOf(path)}:registry`
    const secrets = [token, username, password].filter((value) => value !== undefined)
    return [
      { file, line: at(url), text: '', key, value: url },
      ...secrets.map((value): Said => ({ file, line: at(value), text: '', value, ...about })),
    ]
  })
  const named = new Set(registries.filter(({ about }) => about !== undefined).map(({ line }) => line))
  const install = tableIn(content['install'])
  const guards = [...['ca', 'cafile'].filter((key) => key in install), ...scannerIn(install)]
  return [
    ...written.filter(({ line }) => !named.has(line)),
    ...registries,
    ...guards.map((key): Said => ({ file, line: at(key), text: '', key, value: '' })),
  ]
}

/** A package that Bun runs at each install, whatever scripts may run. */
function scannerIn(install: Table): readonly string[] {
  return 'scanner' in tableIn(install['security']) ? ['scanner'] : []
}

function scopeOf(path: readonly string[]): string {
  const scope = path.at(-1) ?? ''
  return scope.startsWith('@') ? scope : `@${scope}`
}

/** Bun reads these by itself, and they steer it: no connection is safe whose guard they take off. */
export const environmentFiles: readonly string[] = ['', '.development', '.production', '.test'].flatMap((kind) => [
  `.env${kind}`,
  `.env${kind}.local`,
])

const steering = /^(BUN_|NPM_|NODE_TLS_|NODE_EXTRA_CA|SSL_CERT_|HOME$|XDG_CONFIG_HOME$)/i

/** Refuses what a project's environment file says to Bun about registries, configuration or trust. */
export function refuseSteering(file: string, text: string, given: readonly Address[]): void {
  const inTheClear = given.some(({ scheme }) => scheme === 'http')
  for (const [at, line] of text.split(/\r\n|\n|\r/).entries()) {
    const [, , name = ''] = /^\s*(export\s+)?([A-Za-z_][A-Za-z0-9_]*)/.exec(line) ?? []
    if (steering.test(name) || (inTheClear && /_proxy$/i.test(name))) {
      throw refused({ file, line: at + 1 }, 'says to Bun where it signs in, or whom it trusts')
    }
  }
}
