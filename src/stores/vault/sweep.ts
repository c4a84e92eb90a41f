import { isFailure } from '../../core/failure.ts'
import { discard, removeIfEmpty, writtenAt } from '../../system/disk.ts'
import { removeLeftovers } from '../../system/leftovers.ts'
import { namesIn } from '../../system/own-file.ts'
import { headerPath } from './header-file.ts'
import type { VaultOptions } from './options.ts'
import { foldersOf, isTaken, settleTaken, type Tree } from './tree.ts'

/** After ten minutes nobody works on it any longer: every verb ends within seconds. */
const debrisAfter = 10 * 60_000

/** Cleans up what processes that died have left beside the records: what every writer does. */
export function sweep(tree: Tree, now: number): void {
  const old = (path: string) => (writtenAt(path) ?? now) <= now - debrisAfter
  for (const name of namesIn(tree.fresh).filter((name) => old(`${tree.fresh}/${name}`))) {
    if (isTaken(name)) settleQuietly(tree, name)
    else discard(`${tree.fresh}/${name}`)
  }
}

/** A record between two places that cannot be decided about stays for a person to see. */
function settleQuietly(tree: Tree, name: string): void {
  try {
    settleTaken(tree, name)
  } catch (error) {
    if (!isFailure(error)) throw error
  }
}

/** Cleans up what a writer does not look at: folders without records, files that were never finished. */
export function sweepAll(tree: Tree, { keyFile, now }: VaultOptions): void {
  sweep(tree, now())
  for (const folder of foldersOf(tree)) removeIfEmpty(`${tree.records}/${folder}`)
  for (const path of [keyFile, headerPath(tree.folder), `${tree.folder}/locked`]) {
    removeLeftovers(path, debrisAfter, now())
  }
}
