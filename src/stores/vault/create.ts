import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { addFile } from '../../system/atomic-write.ts'
import { syncFolder } from '../../system/disk.ts'
import { isOwnFolder } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { printHeader } from './header.ts'
import { headerPath } from './header-file.ts'
import { vaultKey } from './key.ts'
import type { VaultOptions } from './options.ts'
import type { SlotMaker } from './slots/slot.ts'

/** Makes a vault with one slot. Returns false if another process has made one meanwhile; that vault can be used. */
export async function createVault(options: VaultOptions, make: SlotMaker): Promise<boolean> {
  const { folder, uid } = options
  const id = randomBytes(16).toString('hex')
  const key = vaultKey(randomBytes(32))
  const header = { id, keyId: key.id.toString('hex'), records: 'records', slots: [await make(id, key.bytes)] }
  makeOwnFolder(folder, uid)
  isOwnFolder(folder, uid)
  const made = addFile(headerPath(folder), printHeader(header))
  syncFolder(dirname(folder))
  return made
}
