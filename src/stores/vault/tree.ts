import type { Failure } from '../../core/failure.ts'
import { isOwnFolder, namesIn, readOwnFile, type UserId } from '../../system/own-file.ts'
import { fault } from './faults.ts'
import type { Header } from './header.ts'
import type { VaultKey } from './key.ts'
import { isName, type RecordName } from './names.ts'
import type { VaultOptions } from './options.ts'
import { openRecord, readHeader } from './record.ts'

/** The folders of one generation of a vault's records. */
export interface Tree {
  /** The vault's folder. */
  readonly folder: string
  /** The folder of the records. */
  readonly records: string
  /** The folder of temporary files, which are renamed into `records`. */
  readonly fresh: string
  /** The id of the key of its records. */
  readonly keyId: string
  readonly uid: UserId
}

/** The tree of the vault with this header. */
export function treeOf({ folder, uid }: VaultOptions, { records, keyId }: Pick<Header, 'records' | 'keyId'>): Tree {
  return { folder, records: `${folder}/${records}`, fresh: `${folder}/new`, keyId, uid }
}

export interface OpenedRecord {
  readonly path: string
  readonly text: string
  /** Unique to each write. */
  readonly salt: string
}

/** The names of the folders with records. */
export function foldersOf(tree: Tree): string[] {
  return isOwnFolder(tree.records, tree.uid) ? namesIn(tree.records).filter(isName) : []
}

/** The paths of all records, including unreadable ones. */
export function namesOf(tree: Tree): string[] {
  return foldersOf(tree).flatMap((folder) => filesIn(tree, folder).map((file) => pathOf(tree, { folder, file })))
}

/** The names of the records in one folder; empty if it does not exist. */
export function filesIn(tree: Tree, folder: string): string[] {
  return hasFolder(tree, folder) ? namesIn(`${tree.records}/${folder}`).filter(isName) : []
}

/** The decrypted records of one folder. Throws if one is damaged or belongs elsewhere. */
export function recordsIn(tree: Tree, key: VaultKey, folder: string): OpenedRecord[] {
  const records = filesIn(tree, folder).map((file) => recordAt(tree, key, { folder, file }))
  return records.filter((record) => record !== undefined)
}

/** The decrypted record of this name; `undefined` if it does not exist. */
export function recordAt(tree: Tree, key: VaultKey, name: RecordName): OpenedRecord | undefined {
  const path = pathOf(tree, name)
  const bytes = readOwnFile(path, tree.uid)
  if (bytes === undefined) return undefined
  const opened = openRecord(key, bytes, path)
  if (!sameName(opened.name, name)) throw misplaced(tree, opened.name, name)
  return { path, text: opened.text, salt: readHeader(bytes, path).salt }
}

/** Whether the folder exists. Throws if it is not private or is a link. */
export function hasFolder(tree: Tree, folder: string): boolean {
  return isOwnFolder(tree.records, tree.uid) && isOwnFolder(`${tree.records}/${folder}`, tree.uid)
}

function misplaced(tree: Tree, written: RecordName, expected: RecordName): Failure {
  const path = pathOf(tree, expected)
  const origin = pathOf(tree, written)
  const there = readOwnFile(origin, tree.uid)
  const exchanged = there !== undefined && sameName(readHeader(there, origin).name, expected)
  return fault(exchanged ? 'swapped' : 'moved', path)
}

/** The path of the record of this name. */
export function pathOf(tree: Tree, { folder, file }: RecordName): string {
  return `${tree.records}/${folder}/${file}`
}

function sameName(a: RecordName, b: RecordName): boolean {
  return a.folder === b.folder && a.file === b.file
}
