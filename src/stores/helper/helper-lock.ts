import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure, isFailure } from '../../core/failure.ts'

/** Somebody may be typing a passphrase for the one whose turn it is. */
const patience = 30_000
const stale = 10_000

/**
 * Does something while no other process of ours does, because helpers need not bear that: docker-credential-pass writes
 * an entry in place, and two writers leave one that cannot be read. Waits for its turn, then `timeout`.
 */
export async function inTurn<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  const release = await locked(lockFile)
  try {
    return await work()
  } finally {
    await release().catch(() => {}) // It was taken for dead and is somebody else's by now.
  }
}

/** Whether it is somebody's turn. */
export function isBusy(lockFile: string): boolean {
  return existsSync(lockFile)
}

async function locked(lockFile: string): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile')
  try {
    mkdirSync(dirname(lockFile), { recursive: true, mode: 0o700 })
    return await lock(lockFile, {
      lockfilePath: lockFile,
      realpath: false,
      stale,
      retries: { forever: true, maxRetryTime: patience, minTimeout: 10, maxTimeout: 100, factor: 1.5, randomize: true },
      // Without this it would throw where nobody can catch.
      onCompromised: () => {},
    })
  } catch (error) {
    if (isFailure(error)) throw error
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') {
      throw new Failure('refused', `${lockFile} cannot be written`, { cause: error })
    }
    throw new Failure('timeout', 'another credbridge is writing to the same helper', {
      hints: ['answer what it asks, or end it, then try again'],
    })
  }
}
