import { createHmac } from 'node:crypto'
import type { Place } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { isHex } from '../../system/random.ts'
import type { VaultKey } from './key.ts'

/** Where a record lies: `records/<folder>/<file>`. */
export interface RecordName {
  readonly folder: string
  readonly file: string
}

const length = 16

/** The folder of an endpoint: a keyed hash of its form and key. Without the vault's key it says nothing. */
export function folderName(key: VaultKey, endpoint: Endpoint): string {
  return hash(key.folders, endpoint.form, endpoint.key)
}

/** The record of a place: a keyed hash of owner, account and endpoint, so that no two folders have equal names in them. */
export function recordName(key: VaultKey, { endpoint, owner, account }: Place): RecordName {
  const folder = folderName(key, endpoint)
  return { folder, file: hash(key.files, folder, owner, account) }
}

/** True for a name that `folderName` or `recordName` could have made. */
export function isName(name: string): boolean {
  return name.length === 2 * length && isHex(name)
}

/** Each part is preceded by its length in bytes, so that no two lists of parts are the same bytes. */
function hash(key: Buffer, ...parts: readonly string[]): string {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part)
  return hmac.digest('hex').slice(0, 2 * length)
}
