import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { replaceFile } from './atomic-write.ts'
import { removeAllLeftovers } from './leftovers.ts'
import {
  type Holder,
  holderOf,
  isAbandoned,
  type LockFile,
  removeDeadMarkers,
  removeLock,
  takeLock,
} from './lock-file.ts'
import type { UserId } from './own-file.ts'
import { makeOwnFolder } from './own-folder.ts'
import { lifeOf, type ProcessIdentity, thisProcess } from './process-identity.ts'

/** The place of a lock: a file `<name>.lock` in a private folder, which is created if it does not exist. */
export interface LockPlace {
  readonly folder: string
  readonly name: string
  readonly userId: UserId
  /** This process's ID, needed on systems without /proc. */
  readonly processId?: number | undefined
}

export interface LockOptions {
  /** How long to wait for the lock, in milliseconds. 0: try once. */
  readonly wait: number
  /** The failure's message after that time, for example `another command is changing the vault`. */
  readonly busy: string
  /** The files that are replaced only by the lock's holder. */
  readonly guards?: readonly string[]
}

/** A lock that this process holds. */
export interface Lock {
  /**
   * Throws `timeout` if the lock was lost because another process presumed this one dead. Call it right before each
   * step that replaces something.
   */
  stillHeld(): void
  /** Replaces a whole file, unless the lock was lost. The file must be one that the lock guards. */
  replaceFile(path: string, content: string | Uint8Array): void
}

const renewEvery = 20_000

/**
 * Runs `work` while no other credbridge process holds the lock. A dead holder's lock is taken over at once, a living
 * holder's never, even if it is suspended for long. A holder on another machine or in another container cannot be
 * judged: its lock is taken over if it was not renewed for five minutes. Waiting longer than `wait`: `timeout`.
 *
 * A holder that lost its lock and continues cannot replace a guarded file. The new holder removes all temporary files
 * of the guarded files. The old holder checks its lock after it has written a temporary file and before it renames it.
 */
export async function withLock<T>(
  place: LockPlace,
  options: LockOptions,
  work: (lock: Lock) => Promise<T> | T,
): Promise<T> {
  makeOwnFolder(place.folder, place.userId)
  const path = lockPath(place)
  const self = thisProcess(place.processId)
  const { holder, renew, close } = await acquire(path, self, options)
  const heartbeat = setInterval(() => renewOrNot(renew), renewEvery).unref()
  try {
    removeDeadMarkers(path, self)
    for (const file of options.guards ?? []) removeAllLeftovers(file)
    const stillHeld = () => {
      if (holderOf(path)?.token !== holder.token) throw lost(path, options.busy)
    }
    return await work({ stillHeld, replaceFile: (file, content) => replaceFile(file, content, { guard: stillHeld }) })
  } finally {
    clearInterval(heartbeat)
    close()
    release(path, holder)
  }
}

async function acquire(path: string, self: ProcessIdentity, { wait, busy }: LockOptions): Promise<LockFile> {
  const until = performance.now() + wait
  for (;;) {
    const taken = takeLock(path, self)
    if (taken !== undefined) return taken
    for (let holder = holderOf(path); holder !== undefined; holder = holderOf(path)) {
      if (isAbandoned(path, holder, self) && removeLock(path, holder.token, self)) break
      if (performance.now() >= until) throw tooLong(path, holder, busy)
      await pause()
    }
  }
}

/** Whether the lock is held, by a living or a dead process. */
export function isLocked(place: LockPlace): boolean {
  return existsSync(lockPath(place))
}

function lockPath({ folder, name }: LockPlace): string {
  return join(folder, `${name}.lock`)
}

/** Waits a random time, so that the waiting processes do not retry all at once. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40))
}

function renewOrNot(renew: () => void): void {
  try {
    renew()
  } catch {
    // On a full disk the lock ages. A process that cannot judge this one may then take it; `stillHeld` detects that.
  }
}

function release(path: string, { token, ...self }: Holder): void {
  try {
    removeLock(path, token, self)
  } catch {
    // As soon as this process has ended, its lock counts as abandoned.
  }
}

function tooLong(path: string, holder: Holder, busy: string): Failure {
  const isLiving = lifeOf(holder) === 'living'
  const end = isLiving ? hint`wait until it ends, or end it: kill ${String(holder.pid)}` : hint`wait until it ends`
  return new Failure('timeout', busy, {
    hints: [end, hint`if no such process is running: rm ${path}`],
  })
}

function lost(path: string, busy: string): Failure {
  return new Failure('timeout', `${busy}: it took the lock ${path} while this process was suspended`, {
    hints: [hint`check what it has changed, then try again`],
  })
}
