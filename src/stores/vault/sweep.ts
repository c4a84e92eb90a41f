import { rmSync } from 'node:fs'
import { isFailure } from '../../core/failure.ts'
import { discard, removeIfEmpty, writtenAt } from '../../system/disk.ts'
import { onDisk } from '../../system/disk-failure.ts'
import { removeLeftovers } from '../../system/leftovers.ts'
import { namesIn } from '../../system/own-file.ts'
import { isRecordsFolder } from './header.ts'
import type { VaultOptions } from './options.ts'
import { nextKeyFile } from './slots/key-file.ts'
import { foldersOf, settleTaken, type Tree } from './tree.ts'

/** After ten minutes nobody works on it any longer: every verb ends within seconds. */
const debrisAfter = 10 * 60_000

/** Cleans up what processes that died have left beside the records: what every writer does. */
export function sweep(tree: Tree, now: number): void {
  const old = (path: string) => (writtenAt(path) ?? now) <= now - debrisAfter
  for (const name of namesIn(tree.fresh).filter((name) => old(`${tree.fresh}/${name}`))) {
    if (!settled(tree, name)) discard(`${tree.fresh}/${name}`)
  }
  // A writer that a rekey overtook writes into the generation before once more.
  for (const name of namesIn(tree.folder).filter(isRecordsFolder)) {
    const path = `${tree.folder}/${name}`
    if (path !== tree.records && old(path)) dropFolder(path)
  }
}

/** Whether this was a record between two places; one that cannot be decided about stays for a person to see. */
function settled(tree: Tree, name: string): boolean {
  try {
    return settleTaken(tree, name) !== undefined
  } catch (error) {
    if (isFailure(error)) return true
    throw error
  }
}

/** Cleans up what a writer does not look at: folders without records, key files that were never finished. */
export function sweepAll(tree: Tree, { keyFile, now }: VaultOptions): void {
  sweep(tree, now())
  for (const folder of foldersOf(tree)) removeIfEmpty(`${tree.records}/${folder}`)
  for (const path of [keyFile, nextKeyFile(keyFile), `${tree.folder}/vault.json`, `${tree.folder}/locked`]) {
    removeLeftovers(path, debrisAfter, now())
  }
}

/** Removes a folder with everything in it, also while somebody still writes into it. */
export function dropFolder(path: string): void {
  onDisk(path, () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
}
