import type { Credential, Item, Note, NoteItem, Owner, Place } from './credential.ts'
import { isCredential, isKind, isNoteKind, python, pythonNotes } from './credential.ts'
import { credentialIn } from './credential-record.ts'
import { type Endpoint, parseEndpoint, serviceName } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { areAll, family, isOfLaterVersion, type Members, membersBeside, parseRecord } from './record.ts'
import { Secret } from './secret.ts'

/*
 * Every keychain can keep an item as (service, account, value). This reads such an item, and encode-item.ts makes the
 * value. The format is a promise: docs/item-layout.md, golden files in test/core/golden.
 *
 * An item of owner `python` is exactly as Python's keyring writes it: the service verbatim and the bare text. Every
 * other item has the service `<owner>:<endpoint>`. Its value is the bare secret if the kind is `basic` and there is
 * nothing else to store, else a record (core/record.ts). A bare secret that begins like a record is stored as a record
 * too. A service name that could be read as an address gets the prefix `service name `.
 */

const marked = 'service name '

/** The kind of an item that a later version wrote. No record uses this word as its kind. */
const unknownKind = 'unknown'

/** The service attribute of an item. */
export function serviceOf(place: Place): string {
  const key = keyFromEndpoint(place.endpoint, place.owner)
  return place.owner === python ? key : `${place.owner}:${key}`
}

/** Decodes the value at a place. A damaged record is `malformed`; a later version's record is an `UnknownItem`. */
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

/** The endpoint's spelling in an item of this owner. `endpointFromKey` reverses it. */
export function keyFromEndpoint({ form, key }: Endpoint, owner: Owner): string {
  if (form === 'address' || hasServiceNames(owner)) return key
  return key.includes('://') || key.startsWith(marked) ? marked + key : key
}

/** The endpoint of a stored key. Python's keys are always service names. */
export function endpointFromKey(key: string, owner: Owner): Endpoint {
  if (hasServiceNames(owner)) return serviceName(key)
  return key.startsWith(marked) ? serviceName(key.slice(marked.length)) : parseEndpoint(key)
}

function hasServiceNames(owner: Owner): boolean {
  return owner === python || owner === pythonNotes
}

/** The known members of a note's record and of the copy in it. */
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

/** The erased credential; `undefined` if there is none or this version does not know its kind. */
function erasedIn({ owner, endpoint, account, value }: Known): Credential | undefined {
  if (owner === undefined || endpoint === undefined || account === undefined || value === undefined) return undefined
  const erased = decodeItem({ owner, account, endpoint: endpointFromKey(endpoint, owner) }, value)
  return isCredential(erased) ? erased : undefined
}

function unreadable({ endpoint }: Place): Failure {
  return new Failure('malformed', `the stored item for ${endpoint.key} cannot be read`, {
    hints: [hint`remove it with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
