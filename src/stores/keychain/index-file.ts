import { dirname } from 'node:path'
import type { Entry, Item, Place } from '../../core/credential.ts'
import { type Endpoint, parseAddress, serviceName } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isOwnFolder, readOwnFile } from '../../system/own-file.ts'

/*
 * The index of the items in the keychain, without secrets, because no platform's keychain can list them. The format is
 * a promise: docs/keychain.md, golden file in test/stores/keychain.
 */

export interface IndexPlace {
  /** Absolute. */
  readonly file: string
  /** The user who must own it; negative on systems without numeric user IDs. */
  readonly userId: number
  /** This process's ID, for the lock. */
  readonly processId?: number | undefined
}

/** One item. Readers ignore unknown members. */
export interface Row {
  readonly endpoint: string
  readonly form: Endpoint['form']
  readonly account: string
  readonly owner: string
  readonly kind: Item['kind']
  readonly savedAt: number
  /** A save or removal has begun and not ended: whether the item exists must be looked up in the keychain. */
  readonly open?: true
}

/** The rows; empty if there is no file. `refused` if other users can read or change the file, or change the folder. */
export function readIndex({ file, userId }: IndexPlace): readonly Row[] {
  if (!isOwnFolder(dirname(file), userId, 'write', 'followed')) return []
  const bytes = readOwnFile(file, userId)
  return bytes === undefined ? [] : parseIndex(bytes.toString('utf8'), file)
}

export function printIndex(rows: readonly Row[]): string {
  return `${JSON.stringify({ version: 1, items: rows })}\n`
}

export function parseIndex(text: string, file: string): readonly Row[] {
  const index = jsonOf(text)
  if (!isObject(index) || typeof index['version'] !== 'number') throw unreadable(file)
  if (index['version'] !== 1) {
    throw new Failure('unsupported', `${file} was written by a later version of credbridge`, {
      hints: [hint`update credbridge`],
    })
  }
  const items = index['items']
  if (!Array.isArray(items) || !items.every(isRow)) throw unreadable(file)
  return items
}

export function rowOf({ endpoint, account, owner, kind }: Item, savedAt: number): Row {
  return { endpoint: endpoint.key, form: endpoint.form, account, owner, kind, savedAt }
}

export function isRowOf(row: Row, { endpoint, account, owner }: Place): boolean {
  return row.account === account && row.owner === owner && isRowAt(row, endpoint)
}

export function isRowAt(row: Row, { form, key }: Endpoint): boolean {
  return row.endpoint === key && row.form === form
}

export function entryOf({ endpoint, form, account, owner, kind, savedAt }: Row): Entry {
  const at = form === 'address' ? parseAddress(endpoint) : serviceName(endpoint)
  return { endpoint: at, account, owner, kind, savedAt }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null
}

function isRow(value: unknown): value is Row {
  if (!isObject(value)) return false
  const { form, savedAt, open } = value
  const texts = [value['endpoint'], value['account'], value['owner'], value['kind']]
  const fits = texts.every((text) => typeof text === 'string') && typeof savedAt === 'number'
  return fits && (form === 'address' || form === 'service') && (open === undefined || open === true)
}

function unreadable(file: string): Failure {
  return new Failure('malformed', `${file} is not a valid index of the keychain`, {
    hints: [hint`put it aside: mv ${file} ${`${file}.broken`}`],
  })
}
