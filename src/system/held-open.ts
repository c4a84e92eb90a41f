import { sep } from 'node:path'
import { codeOf } from './disk-failure.ts'

/** In milliseconds. A reader closes a file at once; a virus scanner takes longer. */
const limit = 10_000

/** What Windows reports while another process has the file open, or has removed it and not closed it yet. */
const heldOpen = ['EPERM', 'EACCES', 'EBUSY']

/**
 * Runs `act`, which renames, removes or opens a file. On Windows it fails while another process has the file open, so it
 * is tried again, up to a limit: https://learn.microsoft.com/windows/win32/fileio/creating-and-opening-files
 */
export function whileHeldOpen<T>(act: () => T): T {
  if (sep !== '\\') return act()
  const until = Date.now() + limit
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!heldOpen.includes(codeOf(error)) || Date.now() >= until) throw error
      pause(5 + Math.random() * 20)
    }
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
