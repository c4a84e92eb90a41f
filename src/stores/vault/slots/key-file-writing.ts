import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { addFile, replaceFile } from '../../../system/atomic-write.ts'
import type { UserId } from '../../../system/own-file.ts'
import { makeOwnFolder } from '../../../system/own-folder.ts'
import type { VaultOptions } from '../options.ts'
import { prefix, readKeyFile } from './key-file.ts'
import { newSlotId, type SlotMaker, sealSlot } from './slot.ts'

/** Makes a slot for the key file. Creates the file if it does not exist. */
export function forKeyFile({ keyFile, uid }: VaultOptions): SlotMaker {
  return (vault, key) => sealSlot(vault, { type: 'key-file', id: newSlotId() }, ensureKeyFile(keyFile, uid), key)
}

/**
 * The secret in the key file. Creates the file if it does not exist; of several processes at once, exactly one does.
 */
function ensureKeyFile(path: string, uid: UserId): Buffer {
  const there = readKeyFile(path, uid)
  if (there !== undefined) return there
  makeOwnFolder(dirname(path), uid)
  addFile(path, printKeyFile(randomBytes(32)))
  return readKeyFile(path, uid) ?? ensureKeyFile(path, uid)
}

/** Writes a key file, replacing an existing one. */
export function writeKeyFile(path: string, secret: Buffer): void {
  replaceFile(path, printKeyFile(secret))
}

function printKeyFile(secret: Buffer): string {
  return `${prefix}${secret.toString('base64url')}\n`
}
