import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure, isFailure } from '../core/failure.ts'

export interface LockOptions {
  /** How long to wait for the lock, in milliseconds. */
  readonly limit?: number
  /** What the failure says that ends the waiting. */
  readonly busy?: string
}

/** Does work that no other process does while it holds the same lock file. Waits at most the limit, then `timeout`. */
export async function withLock<T>(
  path: string,
  { limit = 30_000, busy = 'another credbridge is at work here' }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { lock } = await import('proper-lockfile')
  const release = await (async () => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      return await lock(path, {
        lockfilePath: path,
        realpath: false,
        stale: 10_000,
        retries: { forever: true, maxRetryTime: limit, minTimeout: 10, maxTimeout: 100, factor: 1.5, randomize: true },
        onCompromised: () => {},
      })
    } catch (error) {
      if (isFailure(error)) throw error
      const taken = (error as NodeJS.ErrnoException).code === 'ELOCKED'
      throw taken ? new Failure('timeout', busy) : new Failure('refused', `${path} cannot be written`, { cause: error })
    }
  })()
  try {
    return await work()
  } finally {
    await release().catch(() => {})
  }
}
