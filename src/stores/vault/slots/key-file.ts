import { readOwnFile, type UserId } from '../../../system/own-file.ts'
import { fault } from '../faults.ts'
import type { Slot } from './slot.ts'

/** Opens with a file outside the vault's folder. Needs no person. */
export interface KeyFileSlot extends Slot {
  readonly type: 'key-file'
}

export function isKeyFileSlot(slot: Slot): slot is KeyFileSlot {
  return slot.type === 'key-file'
}

/** What a key file begins with. */
export const prefix = 'credbridge-vault-key 1 '
const length = prefix.length + 43

/** The secret in a key file; `undefined` if the file does not exist. */
export function readKeyFile(path: string, uid: UserId): Buffer | undefined {
  const bytes = readOwnFile(path, uid)
  if (bytes === undefined) return undefined
  const text = bytes.toString('latin1').trimEnd()
  if (text.length < length && prefix.startsWith(text.slice(0, prefix.length))) throw fault('truncated', path)
  if (!text.startsWith('credbridge-vault-key ')) throw fault('not-ours', path)
  if (!text.startsWith(prefix)) throw fault('unknown-version', path)
  const secret = Buffer.from(text.slice(prefix.length), 'base64url')
  if (text.length !== length || secret.length !== 32) throw fault('tampered', path)
  return secret
}

/** The path of a rekey's new key file until the header is replaced. Each key has its own path, so that none is lost. */
export function nextKeyFile(path: string, keyId: string): string {
  return `${path}.next-${keyId}`
}

/** The path of the previous key file, which a rekey keeps as long as the previous records. */
export function formerKeyFile(path: string, keyId: string): string {
  return `${path}.former-${keyId}`
}
