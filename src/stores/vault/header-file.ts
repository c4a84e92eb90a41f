import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { addFile } from '../../system/atomic-write.ts'
import { syncFolder } from '../../system/disk.ts'
import { isOwnFolder, namesIn, readOwnFile } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { fault } from './faults.ts'
import { type Header, isRecordsFolder, parseHeader, printHeader } from './header.ts'
import { vaultKey } from './key.ts'
import type { VaultOptions } from './options.ts'
import type { SlotMaker } from './slots/slot.ts'

/** The header of the vault; `undefined` where there is no vault. */
export function readHeader({ folder, uid }: VaultOptions): Header | undefined {
  if (!isOwnFolder(folder, uid)) return undefined
  const path = headerPath(folder)
  const bytes = readOwnFile(path, uid)
  if (bytes !== undefined) return parseHeader(bytes, path)
  if (!namesIn(folder).some(isRecordsFolder)) return undefined
  // Another process may have made the vault, and kept something in it, between these two looks.
  const made = readOwnFile(path, uid)
  if (made === undefined) throw fault('header-missing', path)
  return parseHeader(made, path)
}

/** Makes a vault with one slot. False if another process has made one meanwhile: then that one is as good. */
export async function createVault(options: VaultOptions, make: SlotMaker): Promise<boolean> {
  const { folder, uid } = options
  makeOwnFolder(folder, uid)
  isOwnFolder(folder, uid)
  const id = randomBytes(16).toString('hex')
  const key = vaultKey(randomBytes(32))
  const header = { id, keyId: key.id.toString('hex'), records: 'records', slots: [await make(id, key.bytes)] }
  const made = addFile(headerPath(folder), printHeader(header))
  syncFolder(dirname(folder))
  return made
}

/** The file that makes a folder a vault. */
export function headerPath(folder: string): string {
  return `${folder}/vault.json`
}
