import { isFailure } from '../../core/failure.ts'
import { discard } from '../../system/discard.ts'
import { removeIfEmpty, writtenAt } from '../../system/disk.ts'
import { removeLeftovers } from '../../system/leftovers.ts'
import { namesIn } from '../../system/own-file.ts'
import { headerPath } from './header-file.ts'
import type { VaultOptions } from './options.ts'
import { foldersOf, type Tree } from './tree.ts'
import { isTaken, settleTaken } from './tree-writing.ts'

/** A temporary file of this age, in milliseconds, is unused: every verb ends within seconds. */
const debrisAfter = 10 * 60_000

/** Removes files that killed processes left beside the records. Every writer calls it. */
export function sweep(tree: Tree, now: number): void {
  const old = (path: string) => (writtenAt(path) ?? now) <= now - debrisAfter
  for (const name of namesIn(tree.fresh).filter((name) => old(`${tree.fresh}/${name}`))) {
    if (isTaken(name)) settleQuietly(tree, name)
    else discard(`${tree.fresh}/${name}`)
  }
}

/** An unreadable file is kept for a person to examine. */
function settleQuietly(tree: Tree, name: string): void {
  try {
    settleTaken(tree, name)
  } catch (error) {
    if (!isFailure(error)) throw error
  }
}

/** Also removes empty folders, and temporary files of the header and the key file, which writers do not check. */
export function sweepAll(tree: Tree, { keyFile, now }: VaultOptions): void {
  sweep(tree, now())
  for (const folder of foldersOf(tree)) removeIfEmpty(`${tree.records}/${folder}`)
  for (const path of [keyFile, headerPath(tree.folder), `${tree.folder}/locked`]) {
    removeLeftovers(path, debrisAfter, now())
  }
}
