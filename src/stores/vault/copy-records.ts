import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { namesIn } from '../../system/own-file.ts'
import type { Interrupted } from '../store-type.ts'
import { parseEntry } from './entry.ts'
import { recordName } from './names.ts'
import { sealRecord } from './record.ts'
import { foldersOf, namesOf, recordsIn, type Tree } from './tree.ts'
import { isTaken, putRecord, settleTaken } from './tree-writing.ts'
import type { Session } from './vault.ts'

/**
 * Copies all records, encrypted with another key. Repeats until no new record appears, because a write that began
 * before the vault was closed for writing may end later. Fails if a record disappears meanwhile, or if the copy is
 * incomplete.
 */
export async function copyRecords(from: Session, to: Session, signal?: Interrupted): Promise<void> {
  const atFirst = namesOf(from.tree)
  const copied = new Map<string, string>()
  for (let fresh = 1; fresh > 0; ) {
    fresh = 0
    for (const name of namesIn(from.tree.fresh).filter(isTaken)) settleTaken(from.tree, name)
    for (const folder of foldersOf(from.tree)) {
      for (const { text, path, salt } of recordsIn(from.tree, from.key, folder)) {
        if (copied.get(path) === salt) continue
        const name = recordName(to.key, parseEntry(text, path))
        putRecord(to.tree, name, sealRecord(to.key, name, text))
        copied.set(path, salt)
        fresh++
      }
      // Lets the event loop run: a timer renews the lock, and signals arrive.
      await new Promise((resolve) => setImmediate(resolve))
      if (signal?.aborted === true) throw new Failure('refused', 'the rekey was interrupted; nothing was changed')
    }
  }
  const left = new Set(namesOf(from.tree))
  if ([...atFirst, ...copied.keys()].some((path) => !left.has(path))) throw shrunk(from.tree)
  if (namesOf(to.tree).length !== copied.size) throw shrunk(to.tree)
}

function shrunk({ records }: Tree): Failure {
  return new Failure('unavailable', `records disappeared from ${records} during the rekey; nothing was changed`, {
    hints: [hint`try again`, hint`credbridge doctor`],
  })
}
