import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import { Failure } from '../../core/failure.ts'
import { replaceFile } from '../../system/atomic-write.ts'
import { diskFailure } from '../../system/disk-failure.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { type IndexPlace, printIndex, type Row, readIndex } from './index-file.ts'

/** The index while nobody else changes it. */
export interface OpenIndex {
  readonly rows: readonly Row[]
  /** Puts these rows in their stead: after a crash the file has either all of them or all of the former. */
  write(rows: readonly Row[]): void
}

/** Longer than a lock lies about whose holder was killed; shorter than anybody's patience. */
const patience = 15_000
const stale = 5_000

/** Does something while no other process or instance changes the index. Waits for its turn, then `timeout`. */
export async function changing<T>(place: IndexPlace, work: (index: OpenIndex) => Promise<T>): Promise<T> {
  let lost = false
  const release = await locked(place, () => {
    lost = true
  })
  try {
    return await work(openIndex(place, () => lost))
  } finally {
    await release().catch(() => {}) // It was lost.
  }
}

function openIndex(place: IndexPlace, isLost: () => boolean): OpenIndex {
  let rows = readIndex(place)
  return {
    get rows() {
      return rows
    },
    write(next) {
      if (isLost()) throw outOfTurn()
      replaceFile(place.file, printIndex(next))
      rows = next
    },
  }
}

/** The lock is lost when this process was stopped for so long that another one took it for dead. */
async function locked({ file, userId }: IndexPlace, onLost: () => void): Promise<() => Promise<void>> {
  const until = Date.now() + patience
  try {
    makeOwnFolder(dirname(file), userId)
    for (;;) {
      const release = await lock(file, { realpath: false, stale, update: stale / 5, onCompromised: onLost }).catch(
        unlessTaken,
      )
      if (release !== undefined) return release
      if (Date.now() > until) throw outOfTurn()
      await sleep(10 + Math.random() * 50)
    }
  } catch (error) {
    throw diskFailure(error, file)
  }
}

function unlessTaken(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
}

function outOfTurn(): Failure {
  return new Failure('timeout', 'another credbridge is changing what the keychain holds', {
    hints: ['answer its dialog, or end it, then try again'],
  })
}
