import { type Item, isCredential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'

/*
 * In a keychain, in the place of a secret that is too large for it: `credbridge:sealed:1:<file>:<key>`.
 */

const prefix = 'credbridge:sealed:'
const form = /^credbridge:sealed:1:([0-9a-f]{32}-[0-9a-f]{16}):([A-Za-z0-9_-]{43})$/

/** What the keychain keeps in the place of a large secret. */
export interface Pointer {
  readonly file: string
  readonly key: Buffer
}

/** The text that stands for a pointer. */
export function printPointer({ file, key }: Pointer): string {
  return `${prefix}1:${file}:${key.toString('base64url')}`
}

/** The pointer in an item; `undefined` if it holds its secret itself. */
export function pointerIn(item: Item): Pointer | undefined {
  const text = secretOf(item)?.expose()
  if (text === undefined || !text.startsWith(prefix)) return undefined
  const [, file, key] = form.exec(text) ?? []
  if (file !== undefined && key !== undefined) return { file, key: Buffer.from(key, 'base64url') }
  throw new Failure('unsupported', `the item for ${item.endpoint.key} was written by a later version of credbridge`, {
    hints: ['update credbridge'],
  })
}

/** Whether the secret itself would be taken for a pointer. */
export function looksLikePointer(item: Item): boolean {
  return secretOf(item)?.expose().startsWith(prefix) === true
}

function secretOf(item: Item): Secret | undefined {
  return isCredential(item) ? item.secret : item.erased?.secret
}
