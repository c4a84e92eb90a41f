import type { Credential, Item, Kind, Place } from '../../core/credential.ts'
import { hasExtras, isCredential, isKind, isNoteKind, ourselves } from '../../core/credential.ts'
import { encodeItem, encodeRecord } from '../../core/encode-item.ts'
import { type Address, type Endpoint, parseAddress, serviceName } from '../../core/endpoint.ts'
import { decodeItem } from '../../core/item.ts'
import { Secret } from '../../core/secret.ts'
import { fromLaterVersion, isFromLaterVersion, unknownItem } from '../../core/unknown-item.ts'
import { endpointOf, isServer, serverOf, spellingOf } from '../../tools/docker/address.ts'

/*
 * How an item is stored in a docker credential helper, which keeps one secret for each server and user name. Docker's
 * own sign-ins are stored as docker itself would store them. Every other item has a separate server name,
 *
 *   credbridge:<owner>:<endpoint>                    a password or token that is sent with a user name
 *   credbridge:<owner>:<endpoint>#<kind>             a credential of another kind
 *   credbridge:<owner>:<endpoint>#<kind>=<account>   a note, or an item of an unknown kind
 *
 * which no helper mistakes for a part of another one. Its secret is the value of docs/item-layout.md. Names that a
 * helper might trim, fold or treat as a path are percent-encoded. A value that is not plain ASCII is stored as a
 * record.
 */

/** An entry of the helper, and the item's data that its server and user name contain. */
export interface ServerEntry extends Place {
  readonly server: string
  readonly user: string
  readonly kind: string
}

const ours = 'credbridge:'
const docker = 'docker'
const identityUser = '<token>'

/**
 * Newer helpers for the Secret Service list the label instead of the server: docker-credential-helpers, commit c2ca986.
 */
const label = 'Registry credentials for '

/** The slot in which an item is stored. */
export function entryFor(item: Item): ServerEntry {
  const { endpoint, account, owner, kind } = item
  const place = { endpoint, account, owner, kind }
  if (isDockers(item)) return { ...place, server: item.spelling ?? serverOf(item.endpoint), user: account }
  const at = endpoint.form === 'address' ? endpoint.key : encodeURIComponent(endpoint.key)
  const server = `${ours}${encodeURIComponent(owner)}:${at}`
  if (!isCredential(item)) {
    const more = `${encodeURIComponent(kind)}=${encodeURIComponent(account)}`
    return { ...place, server: `${server}#${more}`, user: 'credbridge' }
  }
  return { ...place, server: kind === 'basic' ? server : `${server}#${kind}`, user: userOf(account) }
}

/** The slot of a listed entry; `undefined` if it is neither credbridge's nor a server of docker's. */
export function entryAt(listed: string, user: string): ServerEntry | undefined {
  const server = listed.startsWith(label) ? listed.slice(label.length) : listed
  try {
    return server.startsWith(ours) ? ownEntry(server, user) : dockerEntry(server, user)
  } catch {
    return undefined
  }
}

/** The text to store in a slot. */
export function valueFor(item: Item, { server }: ServerEntry): string {
  if (!server.startsWith(ours) && isCredential(item)) return item.secret.expose()
  const anyones = { ...item, owner: ourselves }
  const value = encodeItem(anyones)
  if (isPlain(value)) return value
  if (isFromLaterVersion(item)) throw fromLaterVersion(item)
  return inAscii(encodeRecord(anyones))
}

/** The item that a slot's text contains. */
export function itemIn(entry: ServerEntry, value: string): Item {
  const { endpoint, account, owner, kind, server } = entry
  if (!server.startsWith(ours)) {
    const spelling = spellingOf(server, endpoint)
    return { endpoint, account, owner, kind: kind as Kind, secret: new Secret(value), ...spelling }
  }
  const item = { ...decodeItem({ endpoint, account, owner: ourselves }, value), owner }
  const known = isKind(kind) || isNoteKind(kind)
  return known || !isCredential(item) ? item : unknownItem(item, kind, item.secret)
}

function dockerEntry(server: string, user: string): ServerEntry {
  const kind = user === identityUser ? 'docker-identity' : 'basic'
  return { server, user, endpoint: endpointOf(server), account: user, owner: docker, kind }
}

function ownEntry(server: string, user: string): ServerEntry | undefined {
  const [, owner = '', at = '', more] = /^credbridge:([^:]+):([^#]*)(?:#(.*))?$/.exec(server) ?? []
  const [kind = 'basic', account] = more?.split('=') ?? []
  const place = { server, user, endpoint: endpointIn(at), owner: decodeURIComponent(owner) }
  if (owner === '') return undefined
  return {
    ...place,
    kind: decodeURIComponent(kind),
    account: account === undefined ? accountIn(user) : decodeURIComponent(account),
  }
}

function endpointIn(at: string): Endpoint {
  return at.includes('://') ? parseAddress(at) : serviceName(decodeURIComponent(at))
}

/** Whether docker itself would store this item in the same way. */
function isDockers(item: Item): item is Credential & { endpoint: Address } {
  if (item.owner !== docker || !isCredential(item) || !isServer(item.endpoint)) return false
  const { account, kind } = item
  const fits = kind === (account === identityUser ? 'docker-identity' : 'basic')
  return fits && !hasExtras(item) && isName(account) && isPlain(item.secret.expose())
}

/** The user name, encoded unless every helper keeps it unchanged: docker-credential-pass uses it as a file name. */
function userOf(account: string): string {
  return isName(account) ? account : ours + encodeURIComponent(account)
}

function accountIn(user: string): string {
  return user.startsWith(ours) ? decodeURIComponent(user.slice(ours.length)) : user
}

function isName(text: string): boolean {
  return isPlain(text) && !text.includes('/') && text !== '.' && text !== '..' && !text.startsWith(ours)
}

/** Whether the text is printable ASCII, not empty, without spaces at its ends. */
function isPlain(text: string): boolean {
  return /^[!-~]([ -~]*[!-~])?$/.test(text)
}

function inAscii(record: string): string {
  return record.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
