import type { Credential, Item, Note, NoteItem, Owner, Place } from './credential.ts'
import { hasExtras, isCredential, isKind, isNoteKind, isUnknown, python, pythonNotes } from './credential.ts'
import { credentialIn, printCredential } from './credential-record.ts'
import { type Endpoint, parseEndpoint, serviceName } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords } from './hint.ts'
import { areAll, family, isOfLaterVersion, type Members, membersBeside, parseRecord, printRecord } from './record.ts'
import { Secret } from './secret.ts'

/*
 * How one item is written as (service, account, value), the three things that every keychain has. The format is a
 * promise: docs/item-layout.md, golden files in test/core/golden.
 *
 * An item of Python's keyring is exactly Python's own: the service verbatim and the bare text. Every other one has
 * the service `<owner>:<endpoint>` and, as value, the bare secret if it is `basic` and nothing more belongs to it,
 * else a record (core/record.ts). A bare secret that begins like a record is wrapped too. A service name that could be
 * read as an address stands behind the words `service name `.
 */

const marked = 'service name '

/** What stands for the kind of an item that a later version wrote. No record has this word for a kind of its own. */
const unknownKind = 'unknown'

/** The service under which an item is filed. */
export function serviceOf(place: Place): string {
  const key = keyFromEndpoint(place.endpoint, place.owner)
  return place.owner === python ? key : `${place.owner}:${key}`
}

/** The value that is kept. What an item of Python's cannot hold is `unsupported`. */
export function encodeItem(item: Item): string {
  if (isCredential(item)) return encodeCredential(item)
  if (item.owner === python) throw onlyText()
  return isUnknown(item) ? item.value.expose() : encodeNote(item)
}

/** The same as a record, also where the bare secret would do: for stores that do not keep every text as it is. */
export function encodeRecord(item: Item): string {
  if (isCredential(item)) return printCredential(item)
  const value = encodeItem(item)
  const members = parseRecord(value)
  return members === undefined ? value : printRecord(members)
}

/** Equal in everything that is stored, however the records are spelled. */
export function sameStored(a: Item, b: Item): boolean {
  return encodeRecord(a) === encodeRecord(b)
}

/** The item that lies at a place. A value of ours that is damaged is `malformed`; what a later version wrote is an `UnknownItem`. */
export function decodeItem(place: Place, value: string): Item {
  const { endpoint, account, owner } = place
  const at = { endpoint, account, owner }
  if (owner === python) return { ...at, kind: 'text', secret: new Secret(value) }
  if (!value.startsWith(family)) return { ...at, kind: 'basic', secret: new Secret(value) }
  if (isOfLaterVersion(value)) return { ...at, kind: unknownKind, value: new Secret(value) }
  const members = parseRecord(value)
  const kind = members?.['kind']
  if (members === undefined || typeof kind !== 'string' || !kind.isWellFormed()) throw unreadable(at)
  if (isNoteKind(kind)) return noteIn(members, kind, at)
  if (!isKind(kind)) return { ...at, kind, value: new Secret(value) }
  const credential = credentialIn(members, kind, at)
  if (credential === undefined) throw unreadable(at)
  return credential
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
  const { owner, endpoint, kind, secret, spelling } = credential
  const bare = secret.expose()
  const isMore = hasExtras(credential) || spelling !== undefined
  if (owner === python) {
    if (kind !== 'text' || isMore || endpoint.form !== 'service') throw onlyText()
    return bare
  }
  return kind === 'basic' && !isMore && !bare.startsWith(family) ? bare : printCredential(credential)
}

function encodeNote({ kind, everyAccount, until, taken, spelling, erased, more }: NoteItem): string {
  const copy = erased && {
    owner: erased.owner,
    endpoint: keyFromEndpoint(erased.endpoint, erased.owner),
    account: erased.account,
    value: encodeCredential(erased),
  }
  const known = { ...(taken === undefined ? {} : { taken }), ...(spelling === undefined ? {} : { spelling }) }
  return printRecord({ kind, everyAccount, until, ...known, ...copy }, more)
}

/** The members of a note's record that this version knows, and of the copy in it. */
interface Known extends Partial<Copy> {
  readonly everyAccount?: boolean
  readonly until?: number
  readonly taken?: unknown
  readonly spelling?: string
}

interface Copy {
  readonly owner: Owner
  readonly endpoint: string
  readonly account: string
  readonly value: string
}

function noteIn(members: Members, kind: Note, place: Place): NoteItem {
  if (!isNoteRecord(members)) throw unreadable(place)
  const { until, everyAccount, spelling } = members
  const erased = erasedIn(members)
  const taken = waysToTake.find((way) => way === members.taken)
  const known = [...(taken === undefined ? [] : ['taken']), ...(erased === undefined ? [] : copyNames)]
  const names = ['kind', 'everyAccount', 'until', 'spelling', ...known]
  return {
    ...place,
    kind,
    ...(everyAccount === undefined ? {} : { everyAccount }),
    ...(until === undefined ? {} : { until }),
    ...(taken === undefined ? {} : { taken }),
    ...(spelling === undefined ? {} : { spelling }),
    ...(erased === undefined ? {} : { erased }),
    ...membersBeside(names, members),
  }
}

const waysToTake = ['replaced', 'removed'] as const
const copyNames = ['owner', 'endpoint', 'account', 'value']

function isNoteRecord(members: Members): members is Members & Known {
  const fits = areAll('boolean', members, 'everyAccount') && areAll('number', members, 'until')
  return fits && areAll('string', members, 'spelling', ...copyNames)
}

/** What was erased, unless it is of a kind that this version does not know. */
function erasedIn({ owner, endpoint, account, value }: Known): Credential | undefined {
  if (owner === undefined || endpoint === undefined || account === undefined || value === undefined) return undefined
  const erased = decodeItem({ owner, account, endpoint: endpointFromKey(endpoint, owner) }, value)
  return isCredential(erased) ? erased : undefined
}

function onlyText(): Failure {
  return new Failure('unsupported', "an item of Python's keyring is a text under a service name and nothing else")
}

function unreadable({ endpoint }: Place): Failure {
  return new Failure('malformed', `the stored item for ${endpoint.key} cannot be read`, {
    hints: [`remove it with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
