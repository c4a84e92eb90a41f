import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Entry, Item, Place } from '../../core/credential.ts'
import { type Endpoint, parseAddress, serviceName } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'

/*
 * What lies in the keychain, without the secrets: no system's keychain can list it. The format is a promise:
 * docs/keychain.md, golden file in test/stores/keychain.
 */

export interface IndexPlace {
  /** Absolute. */
  readonly file: string
  /** Who must own it; negative on systems whose files have no such owners. */
  readonly userId: number
}

/** One item. Readers ignore members that they do not know. */
export interface Row {
  readonly endpoint: string
  readonly form: Endpoint['form']
  readonly account: string
  readonly owner: string
  readonly kind: Item['kind']
  readonly savedAt: number
  /** A save or remove of it has begun and not ended: whether it lies in the keychain has to be looked up. */
  readonly open?: true
}

/** The rows; none where no file is. A file or folder that others can change or read is `refused`. */
export function readIndex({ file, userId }: IndexPlace): readonly Row[] {
  try {
    const text = readOwn(file, userId)
    return text === undefined ? [] : parseIndex(text, file)
  } catch (error) {
    throw isFailure(error) ? error : unusable(file, error)
  }
}

export function printIndex(rows: readonly Row[]): string {
  return `${JSON.stringify({ version: 1, items: rows })}\n`
}

export function parseIndex(text: string, file: string): readonly Row[] {
  const index = jsonOf(text)
  if (!isObject(index) || typeof index['version'] !== 'number') throw unreadable(file)
  if (index['version'] !== 1) {
    throw new Failure('unsupported', `${file} was written by a later version of credbridge`, {
      hints: ['update credbridge'],
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

/** Something of the file system says no. Never `unavailable`: a full disk does not mean that there is no keychain. */
export function unusable(file: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code
  return new Failure('refused', `${file} cannot be used${code === undefined ? '' : ` (${code})`}`, {
    hints: [`see what is wrong with it: ls -ld ${dirname(file)} ${file}`],
    cause: error,
  })
}

function readOwn(file: string, userId: number): string | undefined {
  const folder = statSync(dirname(file), { throwIfNoEntry: false })
  if (folder === undefined) return undefined
  refuseForeign(dirname(file), folder, userId, 0o022, 'chmod go-w')
  const fd = opened(file)
  if (fd === undefined) return undefined
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw new Failure('refused', `${file} is not a file`)
    refuseForeign(file, stats, userId, 0o077, 'chmod 600')
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

/** Not waiting, if it is a pipe. */
function opened(file: string): number | undefined {
  try {
    return openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function refuseForeign(path: string, stats: Stats, userId: number, loose: number, fix: string): void {
  if (userId < 0) return
  if (stats.uid !== userId) {
    throw new Failure('refused', `${path} belongs to another user`, { hints: [`see whose it is: ls -ld ${path}`] })
  }
  if ((stats.mode & loose) !== 0) {
    throw new Failure('refused', `${path} is open to other users`, { hints: [`${fix} ${path}`] })
  }
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
  return new Failure('malformed', `${file} cannot be read: it is not the keychain's index`, {
    hints: [hint`put it aside: mv ${file} ${`${file}.broken`}`],
  })
}
