import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { holderOf, isAbandoned, type LockFile, removeDeadMarkers, removeLock, takeLock } from './lock-file.ts'
import { type ProcessIdentity, thisProcess } from './process-identity.ts'

/** How long to wait for another program, in milliseconds. A person may be using it. */
const patience = 10_000

/**
 * Runs `work` while no other program holds `<file>.lock`, the lock that git takes before it changes a file of
 * git-credential-store (https://git-scm.com/docs/git-credential-store). git waits one second for it, so `work` must be
 * quick. Removes the lock of a dead credbridge process, never another program's. Waiting longer than `wait`: `timeout`.
 */
export async function whileLocked<T>(
  file: string,
  processId: number | undefined,
  work: () => T | Promise<T>,
  wait = patience,
): Promise<T> {
  if (!existsSync(dirname(file))) return work()
  const lock = `${file}.lock`
  const self = thisProcess(processId)
  const { holder, close } = await acquire(file, lock, self, wait)
  try {
    removeDeadMarkers(lock, self)
    return await work()
  } finally {
    close()
    removeLock(lock, holder.token, self)
  }
}

async function acquire(file: string, lock: string, self: ProcessIdentity, wait: number): Promise<LockFile> {
  const until = performance.now() + wait
  for (;;) {
    const taken = takeLock(lock, self)
    if (taken !== undefined) return taken
    const holder = holderOf(lock)
    const isCredbridgeLock = holder !== undefined && holder.pid > 0
    if (isCredbridgeLock && isAbandoned(lock, holder, self) && removeLock(lock, holder.token, self)) continue
    if (performance.now() >= until) throw busy(file, lock)
    await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 20))
  }
}

function busy(file: string, lock: string): Failure {
  return new Failure('timeout', `another program is writing ${file}`, {
    hints: [hint`wait until it ends`, hint`if no such program is running: rm ${lock}`],
  })
}
