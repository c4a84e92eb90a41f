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

/** Where a vault's records lie. */
export interface Tree {
  /** The vault's own folder. */
  readonly folder: string
  /** The folder of the records of one generation. */
  readonly records: string
  /** The folder beside it in which files are written before they get their place. */
  readonly fresh: string
  /** Which key its records are under. */
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
  /** No two writes share it. */
  readonly salt: string
}

const attempts = 100
const takenPrefix = 'taken-'

/** The names of the folders that hold records. */
export function foldersOf(tree: Tree): string[] {
  return isOwnFolder(tree.records, tree.uid) ? namesIn(tree.records).filter(isName) : []
}

/** The paths of all records, whether they can be read or not. */
export function namesOf(tree: Tree): string[] {
  return foldersOf(tree).flatMap((folder) => filesIn(tree, folder).map((file) => pathOf(tree, { folder, file })))
}

/** The names of the records in one folder; none where it does not exist. */
export function filesIn(tree: Tree, folder: string): string[] {
  return hasFolder(tree, folder) ? namesIn(`${tree.records}/${folder}`).filter(isName) : []
}

/** The records of one folder, opened, each in its own place. */
export function recordsIn(tree: Tree, key: VaultKey, folder: string): OpenedRecord[] {
  const records = filesIn(tree, folder).map((file) => recordAt(tree, key, { folder, file }))
  return records.filter((record) => record !== undefined)
}

/** The record of that name; `undefined` where none is. */
export function recordAt(tree: Tree, key: VaultKey, name: RecordName): OpenedRecord | undefined {
  const path = pathOf(tree, name)
  const bytes = readOwnFile(path, tree.uid)
  if (bytes === undefined) return undefined
  const opened = openRecord(key, bytes, path)
  if (!sameName(opened.name, name)) throw misplaced(tree, opened.name, name)
  return { path, text: opened.text, salt: readHeader(bytes, path).salt }
}

/** Puts the record in its place, instead of what was there. */
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

/** Removes whatever lies in the place. False if nothing did. */
export function dropRecord(tree: Tree, name: RecordName): boolean {
  const removed = hasFolder(tree, name.folder) && removeFile(pathOf(tree, name))
  if (removed) afterRemoval(tree, name)
  return removed
}

/**
 * Removes the record only while it is the write that has this salt: a newer one, which another process may put there
 * at any moment, stays. A process that dies in between leaves the decision to the next sweep.
 */
export function dropWrite(tree: Tree, name: RecordName, salt: string): boolean {
  const taken = `${tree.fresh}/${takenPrefix}${salt}-${randomBytes(8).toString('hex')}`
  if (!moveFile(pathOf(tree, name), taken)) return false
  const dropped = settle(tree, taken, salt) ?? readOwnFile(pathOf(tree, name), tree.uid) === undefined
  afterRemoval(tree, name)
  return dropped
}

/** A name for a file that is to be written beside; its folder is there. */
export function freshName(tree: Tree): string {
  if (!isOwnFolder(tree.fresh, tree.uid)) makeOwnFolder(tree.fresh, tree.uid)
  return `${tree.fresh}/${randomBytes(8).toString('hex')}`
}

/** Whether this is the name of something that was taken out of its place. */
export function isTaken(name: string): boolean {
  return name.startsWith(takenPrefix)
}

/** Decides about what another process had taken out of a place. */
export function settleTaken(tree: Tree, name: string): void {
  settle(tree, `${tree.fresh}/${name}`, name.slice(takenPrefix.length, -17))
}

/**
 * Decides about a record that was taken out of its place: the write that was meant is dropped, any other goes back. One
 * of a generation before the last rekey has no place any more: the rekey has copied it, or its writer writes it again.
 * `undefined` if another process has decided meanwhile.
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

/** Does something in a folder that others may remove, because it is empty, at any moment. */
function intoFolder(tree: Tree, folder: string, act: () => boolean): void {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt === 0 && act()) return
    makeOwnFolder(folder, tree.uid)
    syncFolder(tree.records)
    if (act()) return
  }
  throw new Failure('unavailable', `${folder} cannot be used: something keeps removing it`)
}

/** Whether the folder is there; one that others can reach, or a link in its place, is a failure. */
function hasFolder(tree: Tree, folder: string): boolean {
  return isOwnFolder(tree.records, tree.uid) && isOwnFolder(`${tree.records}/${folder}`, tree.uid)
}

function afterRemoval(tree: Tree, { folder }: RecordName): void {
  const path = `${tree.records}/${folder}`
  syncFolder(path)
  if (removeIfEmpty(path)) syncFolder(tree.records)
}

function misplaced(tree: Tree, written: RecordName, here: RecordName): Failure {
  const path = pathOf(tree, here)
  const origin = pathOf(tree, written)
  const there = readOwnFile(origin, tree.uid)
  const exchanged = there !== undefined && sameName(readHeader(there, origin).name, here)
  return fault(exchanged ? 'swapped' : 'moved', path)
}

function pathOf(tree: Tree, { folder, file }: RecordName): string {
  return `${tree.records}/${folder}/${file}`
}

function sameName(a: RecordName, b: RecordName): boolean {
  return a.folder === b.folder && a.file === b.file
}
