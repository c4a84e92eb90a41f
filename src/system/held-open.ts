import { statSync } from 'node:fs'
import { sep } from 'node:path'
import { codeOf } from './disk-failure.ts'

/** In milliseconds. A reader closes a file at once; a virus scanner takes longer. */
const limit = 10_000

/** What Windows reports while another process has the file open, or has removed it and not closed it yet. */
const heldOpen = ['EPERM', 'EACCES', 'EBUSY']

/**
 * Runs `act`, which replaces, removes or opens the file at this path. On Windows it fails while another process has the
 * file open, so it is tried again, up to a limit: https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files
 * A file that is marked as read-only stays so, and is not waited for.
 */
export function whileHeldOpen<T>(path: string, act: () => T): T {
  if (sep !== '\\') return act()
  const until = Date.now() + limit
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!heldOpen.includes(codeOf(error)) || isReadOnly(path) || Date.now() >= until) throw error
      pause(5 + Math.random() * 20)
    }
  }
}

function isReadOnly(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats !== undefined && (stats.mode & 0o200) === 0
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
