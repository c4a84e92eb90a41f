import { createHash } from 'node:crypto'
import type { Item, Place, StoredItem } from '../../core/credential.ts'
import { person } from '../../core/credential.ts'
import { encodeItem } from '../../core/encode-item.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { decodeItem, endpointFromKey, keyFromEndpoint } from '../../core/item.ts'
import { isObject, type Members } from '../../core/record.ts'
import { samePlace } from '../../core/same.ts'

/*
 * All items of one endpoint are one entry of the server, so one request reads them, and one write changes them at once.
 * The format is a promise: docs/openbao.md, golden files in test/stores/openbao/golden.
 */

/** An entry as it was read. */
export interface Document {
  /** For the next write: 0 if there is no entry. */
  readonly version: number
  /** The members of the entry, also those that this version does not know. */
  readonly members: Members
  readonly lines: readonly Line[]
  /** Whether people can read its endpoint beside it. */
  readonly isNamed: boolean
}

/** One item of an entry. */
export interface Line extends Members {
  readonly owner: string
  readonly account: string
  readonly value: string
  /** In milliseconds since 1970. */
  readonly savedAt?: number
}

/** The version of this layout. */
const layout = 1

/** The name of an endpoint's entry: a hash, because the server would change an address. */
export function entryName({ form, key }: Endpoint): string {
  return createHash('sha256')
    .update(JSON.stringify([form, key]))
    .digest('base64url')
}

export function isEntryName(name: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(name)
}

/** The endpoint as people can read it, and as it stands in the entry. */
export function spelled(endpoint: Endpoint): string {
  return keyFromEndpoint(endpoint, person)
}

/** An entry that is not there, or was removed at this version. */
export function emptyDocument(version: number): Document {
  return { version, members: {}, lines: [], isNamed: false }
}

/** `path`: the entry's, for a person. An entry of a later version is `unsupported`. */
export function documentIn(data: Members, version: number, isNamed: boolean, path: string): Document {
  const { credbridge, items } = data
  const lines = linesIn(items)
  if (typeof credbridge === 'number' && credbridge > layout) {
    throw new Failure('unsupported', `a later version of credbridge wrote ${path}`, {
      hints: [hint`install that version`],
    })
  }
  if (credbridge !== layout || lines === undefined) {
    throw new Failure('malformed', `${path} on the server is not an entry of credbridge`, {
      hints: [hint`to see it: bao kv get -format=json ${path}`],
    })
  }
  return { version, members: data, lines, isNamed }
}

/** The items of an entry or a copy; `undefined` for anything else. */
export function linesIn(items: unknown): readonly Line[] | undefined {
  return Array.isArray(items) && items.every(isLine) ? items : undefined
}

function isLine(value: unknown): value is Line {
  if (!isObject(value)) return false
  const { owner, account, value: text, savedAt } = value
  const areTexts = [owner, account, text].every((one) => typeof one === 'string' && one.isWellFormed())
  return areTexts && (savedAt === undefined || typeof savedAt === 'number')
}

/** The endpoint of an entry that was found in a list. */
export function endpointIn({ members }: Document): Endpoint | undefined {
  const { endpoint } = members
  if (typeof endpoint !== 'string') return undefined
  return endpointFromKey(endpoint, person)
}

export function itemsIn({ lines }: Document, endpoint: Endpoint): readonly StoredItem[] {
  return lines.map((line) => itemOf(line, endpoint))
}

export function itemOf({ owner, account, value, savedAt }: Line, endpoint: Endpoint): StoredItem {
  const item = decodeItem({ endpoint, account, owner }, value)
  return savedAt === undefined ? item : { ...item, savedAt }
}

/** The members of the entry with this item in its place. */
export function withItem(document: Document, item: Item, now: number): Members {
  const { owner, account, endpoint } = item
  const line: Line = { owner, account, value: encodeItem(item), savedAt: now }
  return membersOf(document, endpoint, [...others(document, item), line])
}

export function withoutItem(document: Document, place: Place): Members {
  return membersOf(document, place.endpoint, others(document, place))
}

function membersOf({ members }: Document, endpoint: Endpoint, items: readonly Line[]): Members {
  return { ...members, credbridge: layout, endpoint: spelled(endpoint), items }
}

function others({ lines }: Document, place: Place): readonly Line[] {
  return lines.filter(({ owner, account }) => !samePlace({ owner, account, endpoint: place.endpoint }, place))
}
