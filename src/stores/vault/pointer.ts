import { type Item, isCredential, isUnknown } from '../../core/credential.ts'
import type { Secret } from '../../core/secret.ts'
import { fromLaterVersion, secretInside } from '../../core/unknown-item.ts'

/*
 * A pointer replaces a secret that is too large for the keychain: `credbridge:sealed:1:<file>:<key>`.
 */

const prefix = 'credbridge:sealed:'
const form = /^credbridge:sealed:1:([0-9a-f]{32}-[0-9a-f]{16}):([A-Za-z0-9_-]{43})$/

/** The file of a large secret, and the key to decrypt it. */
export interface Pointer {
  readonly file: string
  readonly key: Buffer
}

/** The text of a pointer. */
export function printPointer({ file, key }: Pointer): string {
  return `${prefix}1:${file}:${key.toString('base64url')}`
}

/** The pointer in an item; `undefined` if the item contains its secret itself. */
export function pointerIn(item: Item): Pointer | undefined {
  const text = secretIn(item)?.expose()
  if (text === undefined || !text.startsWith(prefix)) return undefined
  const [, file, key] = form.exec(text) ?? []
  if (file !== undefined && key !== undefined) return { file, key: Buffer.from(key, 'base64url') }
  throw fromLaterVersion(item)
}

/** Whether a secret would be mistaken for a pointer. */
export function looksLikePointer(item: Item): boolean {
  return secretIn(item)?.expose().startsWith(prefix) === true
}

function secretIn(item: Item): Secret | undefined {
  if (isUnknown(item)) return secretInside(item)
  return isCredential(item) ? item.secret : item.erased?.secret
}
