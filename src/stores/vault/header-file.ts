import { isOwnFolder, namesIn, readOwnFile } from '../../system/own-file.ts'
import { fault } from './faults.ts'
import { type Header, isRecordsFolder, parseHeader } from './header.ts'
import type { VaultOptions } from './options.ts'

/** The header of the vault; `undefined` if there is no vault. */
export function readHeader({ folder, uid }: VaultOptions): Header | undefined {
  if (!isOwnFolder(folder, uid)) return undefined
  const path = headerPath(folder)
  const bytes = readOwnFile(path, uid)
  if (bytes !== undefined) return parseHeader(bytes, path)
  if (!namesIn(folder).some(isRecordsFolder)) return undefined
  // Another process may have made the vault and saved a record between the two reads.
  const made = readOwnFile(path, uid)
  if (made === undefined) throw fault('header-missing', path)
  return parseHeader(made, path)
}

/** The path of the header. */
export function headerPath(folder: string): string {
  return `${folder}/vault.json`
}
