import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { fault } from '../faults.ts'
import { readOwn, type Uid } from '../files.ts'
import { discard, linkTo, makeFolder, syncFolder, writeNew } from '../writing.ts'
import type { Slot } from './slot.ts'

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
export function readKeyFile(path: string, uid: Uid): Buffer | undefined {
  const bytes = readOwn(path, uid)
  if (bytes === undefined) return undefined
  const text = bytes.toString('latin1').trimEnd()
  if (text.length < length && prefix.startsWith(text.slice(0, prefix.length))) throw fault('truncated', path)
  if (!text.startsWith('credbridge-vault-key ')) throw fault('not-ours', path)
  if (!text.startsWith(prefix)) throw fault('unknown-version', path)
  const secret = Buffer.from(text.slice(prefix.length), 'base64url')
  if (text.length !== length || secret.length !== 32) throw fault('tampered', path)
  return secret
}

/** Where a rekey puts the new secret until the vault's header asks for it. */
export function nextKeyFile(path: string): string {
  return `${path}.next`
}

/** The secret in the key file, which is made if there is none; of many processes that make it at once, one does. */
export function ensureKeyFile(path: string, uid: Uid): Buffer {
  const there = readKeyFile(path, uid)
  if (there !== undefined) return there
  makeFolder(dirname(path))
  const beside = `${path}.${randomBytes(8).toString('hex')}`
  writeKeyFile(beside, randomBytes(32))
  try {
    linkTo(beside, path)
  } finally {
    discard(beside)
  }
  syncFolder(dirname(path))
  return readKeyFile(path, uid) ?? ensureKeyFile(path, uid)
}

/** Writes a key file that is not there yet. */
export function writeKeyFile(path: string, secret: Buffer): void {
  writeNew(path, Buffer.from(`${prefix}${secret.toString('base64url')}\n`))
}
