import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { fault } from '../faults.ts'
import { readOwn, type Uid } from '../files.ts'
import type { VaultOptions } from '../options.ts'
import { discard, linkTo, makeFolder, moveTo, syncFolder, writeNew } from '../writing.ts'
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

/** A slot for the key file, which is made if it is not there. */
export function forKeyFile({ keyFile, uid }: VaultOptions): SlotMaker {
  return (vault, key) => sealSlot(vault, { type: 'key-file', id: newSlotId() }, ensureKeyFile(keyFile, uid), key)
}

/** Where a rekey puts the new secret until the vault's header asks for it. */
export function nextKeyFile(path: string): string {
  return `${path}.next`
}

/** The secret in the key file, which is made if there is none; of many processes that make it at once, one does. */
function ensureKeyFile(path: string, uid: Uid): Buffer {
  const there = readKeyFile(path, uid)
  if (there !== undefined) return there
  makeFolder(dirname(path))
  const beside = writeBeside(path, randomBytes(32))
  try {
    linkTo(beside, path)
  } finally {
    discard(beside)
  }
  syncFolder(dirname(path))
  return readKeyFile(path, uid) ?? ensureKeyFile(path, uid)
}

/** Writes a key file in the place of what is there. */
export function replaceKeyFile(path: string, secret: Buffer): void {
  const beside = writeBeside(path, secret)
  try {
    moveTo(beside, path)
  } catch (error) {
    discard(beside)
    throw error
  }
  syncFolder(dirname(path))
}

function writeBeside(path: string, secret: Buffer): string {
  const beside = `${path}.${randomBytes(8).toString('hex')}`
  writeNew(beside, Buffer.from(`${prefix}${secret.toString('base64url')}\n`))
  return beside
}
