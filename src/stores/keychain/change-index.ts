import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import { Failure, isFailure } from '../../core/failure.ts'
import { type IndexPlace, printIndex, type Row, readIndex, unusable } from './index-file.ts'

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
  const release = await locked(place.file, () => {
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
      replace(place.file, printIndex(next))
      rows = next
    },
  }
}

/** The lock is lost when this process was stopped for so long that another one took it for dead. */
async function locked(file: string, onLost: () => void): Promise<() => Promise<void>> {
  const until = Date.now() + patience
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    for (;;) {
      const release = await lock(file, { realpath: false, stale, update: stale / 5, onCompromised: onLost }).catch(
        unlessTaken,
      )
      if (release !== undefined) return release
      if (Date.now() > until) throw outOfTurn()
      await sleep(10 + Math.random() * 50)
    }
  } catch (error) {
    throw isFailure(error) ? error : unusable(file, error)
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

function replace(file: string, text: string): void {
  const beside = `${file}.new`
  try {
    rmSync(beside, { force: true })
    const fd = openSync(beside, 'wx', 0o600)
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(beside, file)
    syncFolder(dirname(file))
  } catch (error) {
    discard(beside)
    throw unusable(file, error)
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // What went wrong before is what has to be told.
  }
}

function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, constants.O_RDONLY)
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    // Windows opens no folders, and some file systems sync none.
  }
}
