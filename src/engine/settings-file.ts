import { isAbsolute } from 'node:path'
import { parse } from 'smol-toml'
import { originAt } from '../core/aliases.ts'
import { hostAndPort, parseAddress } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { isLoopback } from '../core/loopback.ts'
import { isObject } from '../core/record.ts'
import { typedSpan } from '../core/time-words.ts'
import { isFolderPath } from '../stores/folder-path.ts'
import { storeNamed } from '../stores/open.ts'
import type { OpenbaoSettings } from '../stores/store-type.ts'
import type { OwnClient, Settings } from './settings.ts'

type Reader = (value: unknown, settings: Settings) => Settings

const wrong = (what: string) => new Failure('malformed', `the settings file: ${what}`)

/** A tool's own setting. */
function oneOf(name: string, ...words: readonly string[]): Reader {
  return (value, settings) => {
    if (typeof value !== 'string' || !words.includes(value)) {
      throw wrong(`${name} must be ${words.map((word) => `"${word}"`).join(' or ')}`)
    }
    return { ...settings, tools: { ...settings.tools, [name]: value } }
  }
}

/** A tool's own setting for each host: a table from hosts to words. */
function oneOfForHosts(name: string, ...words: readonly string[]): Reader {
  return (value, settings) => {
    const rule = `${name} is a table from hosts, each with or without a port, to words`
    if (!isObject(value)) throw wrong(rule)
    return Object.entries(value).reduce((now, [named, word]) => {
      const origin = originAt('https', host(named, rule))
      return oneOf(`${name}.${hostAndPort(origin)}`, ...words)(word, now)
    }, settings)
  }
}

/** The known keys of the file. Each function adds the key's value to the settings. */
const keys: Readonly<Record<string, Reader>> = {
  store: (value, settings) => ({ ...settings, stores: [storeName(value, 'store')] }),
  stores: (value, settings) => ({ ...settings, stores: storeList(value) }),
  'recover-hours': (value, settings) => ({ ...settings, recoverHours: hours(value) }),
  aliases: (value, settings) => ({ ...settings, aliases: aliases(value) }),
  'git.token-user': (value, settings) => ({ ...settings, tokenUser: userName(value, 'git.token-user') }),
  'cargo.authorization': oneOfForHosts('cargo.authorization', 'bearer', 'basic', 'bare'),
  'vault.key-file': (value, settings) => ({ ...settings, vaultKeyFile: absolutePath(value, 'vault.key-file') }),
  'http.ca-file': (value, settings) => ({ ...settings, httpCaFile: absolutePath(value, 'http.ca-file') }),
  'sign-in': clients,
  'docker.when-locked': oneOf('docker.when-locked', 'fail', 'anonymous'),
  audit: (value, settings) => ({ ...settings, audit: flag(value, 'audit') }),
  openbao: openbao,
  'secret-service.session': (value, settings) => ({ ...settings, secretServiceSession: session(value) }),
}

/** The default settings, overridden by those in the text. An invalid value is `malformed`. */
export async function parseSettings(content: string, usual: Settings): Promise<Settings> {
  const all = entries(parsed(content))
  const names = all.map(([path]) => path)
  if (names.includes('store') && names.includes('stores')) throw wrong('it has both store and stores')
  let settings = usual
  for (const [path, value] of all) {
    const read = Object.hasOwn(keys, path) ? keys[path] : undefined
    settings =
      read === undefined ? { ...settings, unknownKeys: [...settings.unknownKeys, path] } : read(value, settings)
  }
  return settings
}

function parsed(content: string): Record<string, unknown> {
  try {
    return parse(content)
  } catch (error) {
    throw wrong(`it is not TOML${lineOf(error)}`)
  }
}

function lineOf(error: unknown): string {
  const line = (error as { line?: unknown }).line
  return typeof line === 'number' ? `, line ${line}` : ''
}

function entries(table: Record<string, unknown>, above = ''): [string, unknown][] {
  return Object.entries(table).flatMap(([key, value]): [string, unknown][] => {
    const path = above + key
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value) && !(path in keys)
    return isTable ? entries(value as Record<string, unknown>, `${path}.`) : [[path, value]]
  })
}

function text(value: unknown, key: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(`${key} must be a text`)
  return value
}

function storeList(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong('stores must be a list of names')
  return value.map((item) => storeName(item, 'stores'))
}

/** Refuses the memory store: it loses every secret when the command that saved it ends. */
function storeName(value: unknown, key: string): string {
  const name = text(value, key)
  if (!storeNamed(name).type.canBeSettled) throw wrong(`${key} must not name ${name}, which keeps nothing`)
  return name
}

function flag(value: unknown, key: string): boolean {
  if (typeof value !== 'boolean') throw wrong(`${key} must be true or false`)
  return value
}

function hours(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 24 * 365)) {
    throw wrong('recover-hours must be a number of hours, 0 or more')
  }
  return value
}

function aliases(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('aliases must be a table')
  return Object.fromEntries(Object.entries(value).map(([from, to]) => [host(from), host(text(to, `aliases.${from}`))]))
}

function host(name: string, rule = 'aliases are from a host to a host, each with or without a port'): string {
  try {
    originAt('https', name)
    return name
  } catch {
    throw wrong(rule)
  }
}

/** RFC 7617, 2: a user name has no colon and no control characters. */
function userName(value: unknown, key: string): string {
  const name = text(value, key)
  if (/[:\p{Cc}]/u.test(name)) throw wrong(`${key} must be a user name, without a colon`)
  return name
}

function absolutePath(value: unknown, key: string): string {
  const path = text(value, key)
  if (!isAbsolute(path)) throw wrong(`${key} must be an absolute path`)
  return path
}

/** The keys of a client. Most are texts, and those for addresses need https. */
const ofClients: Readonly<Record<string, keyof OwnClient>> = {
  'client-id': 'clientId',
  'client-has-secret': 'clientHasSecret',
  scopes: 'scopes',
  user: 'user',
  issuer: 'issuer',
  'authorization-endpoint': 'authorizationEndpoint',
  'token-endpoint': 'tokenEndpoint',
  'device-endpoint': 'deviceEndpoint',
  'revocation-endpoint': 'revocationEndpoint',
}

function clients(value: unknown, settings: Settings): Settings {
  const rule = 'sign-in is a table from addresses to tables: [sign-in."https://git.example.com"]'
  if (!isObject(value)) throw wrong(rule)
  const signIn: Record<string, OwnClient> = {}
  const unknownKeys = [...settings.unknownKeys]
  for (const [address, table] of Object.entries(value)) {
    if (!isObject(table)) throw wrong(rule)
    const isKnown = (key: string) => Object.hasOwn(ofClients, key)
    signIn[keyOf(address, rule)] = client(Object.entries(table).filter(([key]) => isKnown(key)))
    const unknown = Object.keys(table).filter((key) => !isKnown(key))
    unknownKeys.push(...unknown.map((key) => `sign-in.${address}.${key}`))
  }
  return { ...settings, signIn, unknownKeys }
}

function keyOf(address: string, rule: string): string {
  try {
    return parseAddress(address).key
  } catch {
    throw wrong(rule)
  }
}

/** Of the known keys. */
function client(entries: readonly (readonly [string, unknown])[]): OwnClient {
  return Object.fromEntries(
    entries.flatMap(([key, value]): [string, unknown][] => {
      const name = ofClients[key]
      if (name === undefined) return []
      if (name === 'scopes') return [[name, listOfTexts(value)]]
      if (name === 'clientHasSecret') return [[name, flag(value, `sign-in.${key}`)]]
      return [[name, clientText(value, name, `sign-in.${key}`)]]
    }),
  )
}

function listOfTexts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrong('sign-in.scopes must be a list of texts')
  return value.map((one) => text(one, 'sign-in.scopes'))
}

function clientText(value: unknown, name: keyof OwnClient, key: string): string {
  if (name === 'user') return userName(value, key)
  const written = text(value, key)
  if (name === 'clientId') return written
  if (!isSecure(written)) throw wrong(`${key} must be an address with https`)
  return written
}

function isSecure(address: string): boolean {
  try {
    const { scheme, host } = parseAddress(address)
    return scheme === 'https' || (scheme === 'http' && isLoopback({ host }))
  } catch {
    return false
  }
}

function session(value: unknown): 'plain' | 'dh' {
  if (value !== 'plain' && value !== 'dh') throw wrong('secret-service.session must be "plain" or "dh"')
  return value
}

/** The keys of the table `openbao`. */
const ofOpenbao: Readonly<Record<string, (value: unknown, key: string) => OpenbaoSettings>> = {
  address: (value, key) => ({ address: serverAddress(value, key) }),
  nodes: (value, key) => ({ nodes: texts(value, key).map((one) => serverAddress(one, key)) }),
  namespace: (value, key) => ({ namespace: folder(value, key) }),
  mount: (value, key) => ({ mount: folder(value, key) }),
  'ca-file': (value, key) => ({ caFile: absolutePath(value, key) }),
  places: (value, key) => ({ places: texts(value, key).map((one) => folder(one, key)) }),
  writable: (value, key) => ({ writable: texts(value, key).map((one) => folder(one, key)) }),
  cache: (value, key) => ({ cache: cache(value, key) }),
}

function openbao(value: unknown, settings: Settings): Settings {
  if (!isObject(value)) throw wrong('openbao is a table: [openbao]')
  let known: OpenbaoSettings = {}
  const unknownKeys = [...settings.unknownKeys]
  for (const [key, one] of Object.entries(value)) {
    const read = Object.hasOwn(ofOpenbao, key) ? ofOpenbao[key] : undefined
    if (read === undefined) unknownKeys.push(`openbao.${key}`)
    else known = { ...known, ...read(one, `openbao.${key}`) }
  }
  return { ...settings, openbao: known, unknownKeys }
}

function texts(value: unknown, key: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(`${key} must be a list of texts`)
  return value.map((one) => text(one, key))
}

/** For example `{ store = "vault", lasts = "8h" }`. */
function cache(value: unknown, key: string): NonNullable<OpenbaoSettings['cache']> {
  const { store, lasts, ...others } = isObject(value) ? value : {}
  const time = typeof lasts === 'string' ? typedSpan(lasts) : undefined
  const rule = `${key} is like { store = "vault", lasts = "8h" }, at most 7d`
  if (!isObject(value) || Object.keys(others).length > 0) throw wrong(rule)
  if (time === undefined || time < 60_000 || time > 7 * 86_400_000) throw wrong(rule)
  const name = storeName(store, `${key}.store`)
  if (storeNamed(name).type.remote === true) throw wrong(`${key}.store must be a store of this machine`)
  return { store: name, lasts: time }
}

function serverAddress(value: unknown, key: string): string {
  const address = text(value, key)
  if (!isSecure(address)) throw wrong(`${key} must be an address with https`)
  return address
}

/** The names of folders, between slashes. `{me}` stands for the person. */
function folder(value: unknown, key: string): string {
  const path = text(value, key)
  if (!isFolderPath(path)) throw wrong(`${key} must be names between slashes, as in teams/platform`)
  return path
}
