import { basename, dirname } from 'node:path'
import { type Lock, withLock } from '../../system/lock.ts'
import { type IndexPlace, printIndex, type Row, readIndex } from './index-file.ts'

/** The index while no other process changes it. */
export interface OpenIndex {
  readonly rows: readonly Row[]
  /** Replaces all rows. After a crash the file has either all new rows or all old ones. */
  write(rows: readonly Row[]): void
}

/** How long to wait for the lock, in milliseconds. Its holder may be waiting for a person to answer a dialog. */
const patience = 15_000
const busy = "another credbridge process is changing the keychain's index"

/** Runs `work` while no other process or instance changes the index. Waiting too long: `timeout`. */
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
