import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { addFile, replaceFile } from '../../../system/atomic-write.ts'
import { readOwnFile, type UserId } from '../../../system/own-file.ts'
import { makeOwnFolder } from '../../../system/own-folder.ts'
import { fault } from '../faults.ts'
import type { VaultOptions } from '../options.ts'
import { newSlotId, type Slot, type SlotMaker, sealSlot } from './slot.ts'

/** Opens with a file that lies outside the vault's folder and needs nobody. */
export interface KeyFileSlot extends Slot {
  readonly type: 'key-file'
}

export function isKeyFileSlot(slot: Slot): slot is KeyFileSlot {
  return slot.type === 'key-file'
}

const prefix = 'credbridge-vault-key 1 '
const length = prefix.length + 43

/** The secret in a key file; `undefined` where there is none. */
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

/** A slot for the key file, which is made if it is not there. */
export function forKeyFile({ keyFile, uid }: VaultOptions): SlotMaker {
  return (vault, key) => sealSlot(vault, { type: 'key-file', id: newSlotId() }, ensureKeyFile(keyFile, uid), key)
}

/** Where a rekey puts the new secret until the vault's header asks for it: one place for each key, so that none is lost. */
export function nextKeyFile(path: string, keyId: string): string {
  return `${path}.next-${keyId}`
}

/** Where a rekey leaves the secret from before for as long as the records from before. */
export function formerKeyFile(path: string, keyId: string): string {
  return `${path}.former-${keyId}`
}

/** The secret in the key file, which is made if there is none; of many processes that make it at once, one does. */
function ensureKeyFile(path: string, uid: UserId): Buffer {
  const there = readKeyFile(path, uid)
  if (there !== undefined) return there
  makeOwnFolder(dirname(path), uid)
  addFile(path, printKeyFile(randomBytes(32)))
  return readKeyFile(path, uid) ?? ensureKeyFile(path, uid)
}

/** Writes a key file in the place of what is there. */
export function writeKeyFile(path: string, secret: Buffer): void {
  replaceFile(path, printKeyFile(secret))
}

function printKeyFile(secret: Buffer): string {
  return `${prefix}${secret.toString('base64url')}\n`
}
