import { basename, dirname } from 'node:path'
import { type Lock, withLock } from '../../system/lock.ts'
import { type IndexPlace, printIndex, type Row, readIndex } from './index-file.ts'

/** The index while nobody else changes it. */
export interface OpenIndex {
  readonly rows: readonly Row[]
  /** Puts these rows in their stead: after a crash the file has either all of them or all of the former. */
  write(rows: readonly Row[]): void
}

/** Shorter than anybody's patience; another one may be waiting for a dialog to be answered. */
const patience = 15_000
const busy = 'another credbridge is changing what the keychain holds'

/** Does something while no other process or instance changes the index. Waits for its turn, then `timeout`. */
export async function changing<T>(place: IndexPlace, work: (index: OpenIndex) => Promise<T>): Promise<T> {
  const { file, userId, processId } = place
  return withLock(
    { folder: dirname(file), name: basename(file), userId, processId },
    { wait: patience, busy, guards: [file] },
    (lock) => work(openIndex(place, lock)),
  )
}

function openIndex(place: IndexPlace, lock: Lock): OpenIndex {
  let rows = readIndex(place)
  return {
    get rows() {
      return rows
    },
    write(next) {
      lock.replaceFile(place.file, printIndex(next))
      rows = next
    },
  }
}
