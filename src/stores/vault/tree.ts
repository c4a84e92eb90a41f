import { randomBytes } from 'node:crypto'
import { Failure } from '../../core/failure.ts'
import { createFile } from '../../system/atomic-write.ts'
import { discard, linkFile, moveFile, removeFile, removeIfEmpty, syncFolder } from '../../system/disk.ts'
import { isOwnFolder, namesIn, readOwnFile, type UserId } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
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

const attempts = 100
const takenPrefix = 'taken-'

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

/** Writes the record, replacing an existing one. */
export function putRecord(tree: Tree, name: RecordName, bytes: Buffer): void {
  const folder = `${tree.records}/${name.folder}`
  hasFolder(tree, name.folder)
  const beside = freshName(tree)
  createFile(beside, bytes)
  try {
    intoFolder(tree, folder, () => moveFile(beside, pathOf(tree, name)))
  } catch (error) {
    discard(beside)
    removeIfEmpty(folder)
    throw error
  }
  syncFolder(folder)
}

/** Removes the record of this name. Returns false if it does not exist. */
export function dropRecord(tree: Tree, name: RecordName): boolean {
  const removed = hasFolder(tree, name.folder) && removeFile(pathOf(tree, name))
  if (removed) afterRemoval(tree, name)
  return removed
}

/**
 * Removes the record only if it still has this salt. A newer record, which another process may write at any moment,
 * stays. If this process is killed in between, the next sweep finishes the work.
 */
export function dropWrite(tree: Tree, name: RecordName, salt: string): boolean {
  const taken = `${tree.fresh}/${takenPrefix}${salt}-${randomBytes(8).toString('hex')}`
  if (!moveFile(pathOf(tree, name), taken)) return false
  const dropped = settle(tree, taken, salt) ?? readOwnFile(pathOf(tree, name), tree.uid) === undefined
  afterRemoval(tree, name)
  return dropped
}

/** The path of a new temporary file. Creates its folder. */
export function freshName(tree: Tree): string {
  if (!isOwnFolder(tree.fresh, tree.uid)) makeOwnFolder(tree.fresh, tree.uid)
  return `${tree.fresh}/${randomBytes(8).toString('hex')}`
}

/** Whether this is the name of a record that `dropWrite` moved away. */
export function isTaken(name: string): boolean {
  return name.startsWith(takenPrefix)
}

/** Finishes the removal of a record that another process moved away. */
export function settleTaken(tree: Tree, name: string): void {
  settle(tree, `${tree.fresh}/${name}`, name.slice(takenPrefix.length, -17))
}

/**
 * Finishes the removal of a record that was moved away: removes the one with the salt `meant`, and moves any other one
 * back. One of an earlier generation is removed, too: the rekey has copied it, or its writer writes it again. Returns
 * whether it had that salt; `undefined` if another process has finished the removal already.
 */
function settle(tree: Tree, taken: string, meant: string): boolean | undefined {
  const bytes = readOwnFile(taken, tree.uid)
  if (bytes === undefined) return undefined
  const { salt, name, keyId } = readHeader(bytes, taken)
  if (salt !== meant && keyId.toString('hex') === tree.keyId)
    intoFolder(tree, `${tree.records}/${name.folder}`, () => linkFile(taken, pathOf(tree, name)) !== 'missing')
  removeFile(taken)
  return salt === meant
}

/** Runs `act`, which needs the folder. Other processes may remove the folder at any moment while it is empty. */
function intoFolder(tree: Tree, folder: string, act: () => boolean): void {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt === 0 && act()) return
    makeOwnFolder(folder, tree.uid)
    syncFolder(tree.records)
    if (act()) return
  }
  throw new Failure('unavailable', `${folder} cannot be used: another process keeps removing it`)
}

/** Whether the folder exists. Throws if it is not private or is a link. */
function hasFolder(tree: Tree, folder: string): boolean {
  return isOwnFolder(tree.records, tree.uid) && isOwnFolder(`${tree.records}/${folder}`, tree.uid)
}

function afterRemoval(tree: Tree, { folder }: RecordName): void {
  const path = `${tree.records}/${folder}`
  syncFolder(path)
  if (removeIfEmpty(path)) syncFolder(tree.records)
}

function misplaced(tree: Tree, written: RecordName, expected: RecordName): Failure {
  const path = pathOf(tree, expected)
  const origin = pathOf(tree, written)
  const there = readOwnFile(origin, tree.uid)
  const exchanged = there !== undefined && sameName(readHeader(there, origin).name, expected)
  return fault(exchanged ? 'swapped' : 'moved', path)
}

function pathOf(tree: Tree, { folder, file }: RecordName): string {
  return `${tree.records}/${folder}/${file}`
}

function sameName(a: RecordName, b: RecordName): boolean {
  return a.folder === b.folder && a.file === b.file
}
