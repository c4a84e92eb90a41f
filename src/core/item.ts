import type { Credential, Item, Kind, NoteItem, Owner, Place } from './credential.ts'
import { isCredential, kinds, notes, python, pythonNotes } from './credential.ts'
import { type Endpoint, parseEndpoint, serviceName } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords } from './hint.ts'
import { Secret } from './secret.ts'

/*
 * How one item is written as (service, account, value), the three things that every keychain has. The format is a
 * promise: docs/item-layout.md, golden files in test/core/golden.
 *
 * An item of Python's keyring is exactly Python's own: the service verbatim and the bare text. Every other one has
 * the service `<owner>:<endpoint>` and, as value, the bare secret if it is `basic` and nothing more belongs to it,
 * else `credbridge:1:` and one JSON object. A bare secret that begins like that prefix is wrapped too. A service name
 * that could be read as an address stands behind the words `service name `.
 */

const family = 'credbridge:'
const prefix = `${family}1:`
const marked = 'service name '

/** The record behind the prefix. Readers ignore members that they do not know. */
interface Record {
  kind: Item['kind']
  secret?: string
  scheme?: string
  expires?: number
  refreshToken?: string
  everyAccount?: boolean
  until?: number
  owner?: Owner
  endpoint?: string
  account?: string
  value?: string
}

/** The service under which an item is filed. */
export function serviceOf(place: Place): string {
  const key = keyFromEndpoint(place.endpoint, place.owner)
  return place.owner === python ? key : `${place.owner}:${key}`
}

/** The value that is kept. What an item of Python's cannot hold is `unsupported`. */
export function encodeItem(item: Item): string {
  if (isCredential(item)) return encodeCredential(item)
  if (item.owner === python) throw onlyText()
  return wrap({
    kind: item.kind,
    ...(item.everyAccount === undefined ? {} : { everyAccount: item.everyAccount }),
    ...(item.until === undefined ? {} : { until: item.until }),
    ...(item.erased === undefined
      ? {}
      : {
          owner: item.erased.owner,
          endpoint: keyFromEndpoint(item.erased.endpoint, item.erased.owner),
          account: item.erased.account,
          value: encodeCredential(item.erased),
        }),
  })
}

/** The same as a record, also where the bare secret would do: for stores that do not keep every text as it is. */
export function encodeRecord(item: Item): string {
  return isCredential(item) ? wrap(recordOf(item)) : encodeItem(item)
}

/** The item that lies at a place. A value of ours that cannot be read is `malformed`, one of a later version `unsupported`. */
export function decodeItem(place: Place, value: string): Item {
  const { endpoint, account, owner } = place
  if (owner === python) return { endpoint, account, owner, kind: 'text', secret: new Secret(value) }
  if (!value.startsWith(family)) return { endpoint, account, owner, kind: 'basic', secret: new Secret(value) }
  if (!value.startsWith(prefix)) {
    throw new Failure('unsupported', `the item for ${endpoint.key} was written by a later version of credbridge`, {
      hints: ['update credbridge'],
    })
  }
  return fromRecord({ endpoint, account, owner }, parseRecord(value.slice(prefix.length), endpoint))
}

/** How an owner's endpoint is spelled in an item; `endpointFromKey` reads it back. */
export function keyFromEndpoint({ form, key }: Endpoint, owner: Owner): string {
  if (form === 'address' || hasServiceNames(owner)) return key
  return key.includes('://') || key.startsWith(marked) ? marked + key : key
}

/** The endpoint that a stored key names for an owner; Python's keys are service names always. */
export function endpointFromKey(key: string, owner: Owner): Endpoint {
  if (hasServiceNames(owner)) return serviceName(key)
  return key.startsWith(marked) ? serviceName(key.slice(marked.length)) : parseEndpoint(key)
}

function hasServiceNames(owner: Owner): boolean {
  return owner === python || owner === pythonNotes
}

function encodeCredential(credential: Credential): string {
  const { kind, secret, scheme, expires, refreshToken } = credential
  const bare = secret.expose()
  const more = scheme !== undefined || expires !== undefined || refreshToken !== undefined
  if (credential.owner === python) {
    if (kind !== 'text' || more || credential.endpoint.form !== 'service') throw onlyText()
    return bare
  }
  return kind === 'basic' && !more && !bare.startsWith(family) ? bare : wrap(recordOf(credential))
}

function recordOf({ kind, secret, scheme, expires, refreshToken }: Credential): Record {
  return {
    kind,
    secret: secret.expose(),
    ...(scheme === undefined ? {} : { scheme }),
    ...(expires === undefined ? {} : { expires }),
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.expose() }),
  }
}

function wrap(record: Record): string {
  return prefix + JSON.stringify(record)
}

function parseRecord(text: string, endpoint: Endpoint): Record {
  let record: unknown
  try {
    record = JSON.parse(text)
  } catch {
    throw unreadable(endpoint)
  }
  if (!isRecord(record)) throw unreadable(endpoint)
  return record
}

function isRecord(value: unknown): value is Record {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const members = value as { [name: string]: unknown }
  const of = (type: string, ...names: string[]) =>
    names.every((name) => members[name] === undefined || typeof members[name] === type)
  return (
    typeof members['kind'] === 'string' &&
    of('string', 'secret', 'scheme', 'refreshToken', 'owner', 'endpoint', 'account', 'value') &&
    of('number', 'expires', 'until') &&
    of('boolean', 'everyAccount')
  )
}

function fromRecord(place: Place, record: Record): Item {
  if ((notes as readonly string[]).includes(record.kind)) return noteFrom(place, record)
  if (!(kinds as readonly string[]).includes(record.kind)) {
    throw new Failure(
      'unsupported',
      `the item for ${place.endpoint.key} is of a kind that this version does not know`,
      {
        hints: ['update credbridge'],
      },
    )
  }
  if (record.secret === undefined) throw unreadable(place.endpoint)
  return {
    ...place,
    kind: record.kind as Kind,
    secret: new Secret(record.secret),
    ...(record.scheme === undefined ? {} : { scheme: record.scheme }),
    ...(record.expires === undefined ? {} : { expires: record.expires }),
    ...(record.refreshToken === undefined ? {} : { refreshToken: new Secret(record.refreshToken) }),
  }
}

function noteFrom(place: Place, record: Record): NoteItem {
  const { owner, endpoint, account, value, until, everyAccount } = record
  const complete = owner !== undefined && endpoint !== undefined && account !== undefined && value !== undefined
  const erased = complete
    ? decodeItem({ owner, account, endpoint: endpointFromKey(endpoint, owner) }, value)
    : undefined
  return {
    ...place,
    kind: record.kind as NoteItem['kind'],
    ...(everyAccount === undefined ? {} : { everyAccount }),
    ...(until === undefined ? {} : { until }),
    ...(erased !== undefined && isCredential(erased) ? { erased } : {}),
  }
}

function onlyText(): Failure {
  return new Failure('unsupported', "an item of Python's keyring is a text under a service name and nothing else")
}

function unreadable(endpoint: Endpoint): Failure {
  return new Failure('malformed', `the stored item for ${endpoint.key} cannot be read`, {
    hints: [`remove it with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
