import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
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

/** Where a lock is: a file `<name>.lock` in a folder of ours, which is made if it is not there. */
export interface LockPlace {
  readonly folder: string
  readonly name: string
  readonly userId: UserId
  /** This process's number, where the kernel does not say it: elsewhere than on Linux. */
  readonly processId?: number | undefined
}

export interface LockOptions {
  /** How long it is waited for, in milliseconds; 0 to try it once. */
  readonly wait: number
  /** What to say of whoever has it for longer: `another command is changing the vault`. */
  readonly busy: string
  /** The files that are replaced under the lock. */
  readonly guards?: readonly string[]
}

/** A lock while it is held. */
export interface Lock {
  /**
   * Throws `timeout` if it was lost: others have taken this process for dead. To be called right before each step that
   * replaces something.
   */
  stillHeld(): void
  /** Puts a whole file there, instead of what is, unless the lock was lost. It must be one that the lock guards. */
  replaceFile(path: string, content: string | Uint8Array): void
}

const renewEvery = 20_000

/**
 * Does something while no other process of ours does. A dead holder's lock is taken at once, a living one's never, however
 * long it stands still; a holder on another machine or in another container, which cannot be judged, is given up after
 * five minutes without a sign of life. Waited for too long: `timeout`.
 *
 * A holder that was given up and goes on replaces no guarded file: whoever takes the lock removes what was written beside
 * them, and it looks whether it has the lock after it has written there, before it gives that its place.
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

/** Whether somebody has the lock, living or dead. */
export function isLocked(place: LockPlace): boolean {
  return existsSync(lockPath(place))
}

function lockPath({ folder, name }: LockPlace): string {
  return join(folder, `${name}.lock`)
}

/** A little longer or shorter each time, so that those who wait do not come all at once. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40))
}

function renewOrNot(renew: () => void): void {
  try {
    renew()
  } catch {
    // On a full disk it ages, which only those see who cannot judge this process; stillHeld says if they took it.
  }
}

function release(path: string, { token, ...self }: Holder): void {
  try {
    removeLock(path, token, self)
  } catch {
    // It is an abandoned one as soon as this process has ended.
  }
}

function tooLong(path: string, holder: Holder, busy: string): Failure {
  const end = lifeOf(holder) === 'living' ? `wait until it ends, or end it: kill ${holder.pid}` : undefined
  return new Failure('timeout', busy, {
    hints: [end ?? 'wait until it ends', `if nothing of the kind runs any more: rm ${path}`],
  })
}

function lost(path: string, busy: string): Failure {
  return new Failure('timeout', `${busy}: it took the lock ${path} while this one stood still`, {
    hints: ['see what it has done, then try again'],
  })
}
