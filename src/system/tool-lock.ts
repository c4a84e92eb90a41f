import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../core/failure.ts'
import { shellWord } from '../core/hint.ts'
import { holderOf, isAbandoned, type LockFile, removeDeadMarkers, removeLock, takeLock } from './lock-file.ts'
import { type ProcessIdentity, thisProcess } from './process-identity.ts'

/** How long another program is waited for, in milliseconds; a person may be at it. */
const patience = 10_000

/**
 * Does something while no program changes the file that asks for `<file>.lock` first, as git does for the files of
 * git-credential-store (https://git-scm.com/docs/git-credential-store). Whoever waits for us waits for one second, so it must be
 * quick. A lock that a process of ours left when it died is removed, another program's never. Waited for too long: `timeout`.
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
    const isOurs = holder !== undefined && holder.pid > 0
    if (isOurs && isAbandoned(lock, holder, self) && removeLock(lock, holder.token, self)) continue
    if (performance.now() >= until) throw busy(file, lock)
    await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 20))
  }
}

function busy(file: string, lock: string): Failure {
  return new Failure('timeout', `another program is writing ${file}`, {
    hints: ['let it come to its end', `if nothing of the kind runs any more: rm ${shellWord(lock)}`],
  })
}
