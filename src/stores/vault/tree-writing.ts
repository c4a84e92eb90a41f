import { randomBytes } from 'node:crypto'
import { Failure } from '../../core/failure.ts'
import { createFile } from '../../system/create-file.ts'
import { discard } from '../../system/discard.ts'
import { linkFile, moveFile, removeFile, removeIfEmpty, syncFolder } from '../../system/disk.ts'
import { isOwnFolder, readOwnFile } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import type { RecordName } from './names.ts'
import { readHeader } from './record.ts'
import { hasFolder, pathOf, type Tree } from './tree.ts'

const attempts = 100
const takenPrefix = 'taken-'

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

function afterRemoval(tree: Tree, { folder }: RecordName): void {
  const path = `${tree.records}/${folder}`
  syncFolder(path)
  if (removeIfEmpty(path)) syncFolder(tree.records)
}
