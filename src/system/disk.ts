import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs'
import { codeOf, onDisk, unlessAbsent } from './disk-failure.ts'

/* The steps of which atomic-write.ts is made. What the system says becomes a failure. */

/** Puts the file there instead of what is. False if the folder, or the file itself, is not there. */
export function moveFile(from: string, to: string): boolean {
  return succeeds(to, () => renameSync(from, to))
}

/**
 * Puts the file there unless something is: then `taken`. Without the folder, or the file itself: `missing`. It keeps its
 * other name too.
 */
export function linkFile(from: string, to: string): 'linked' | 'taken' | 'missing' {
  let taken = false
  const there = succeeds(to, () => {
    try {
      linkSync(from, to)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      taken = true
    }
  })
  if (taken) return 'taken'
  return there ? 'linked' : 'missing'
}

/** Removes a file. False if it was not there. */
export function removeFile(path: string): boolean {
  return succeeds(path, () => unlinkSync(path))
}

/** Removes a folder if nothing is in it and that is possible; whether it was. */
export function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

/** Removes what is only in the way; if that fails, `removeLeftovers` or a sweep does it later. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is in nobody's way until then.
  }
}

/** When the file was last written, in milliseconds since 1970; `undefined` where nothing is. */
export function writtenAt(path: string): number | undefined {
  return unlessAbsent(path, () => lstatSync(path))?.mtimeMs
}

/** Takes the folder's new and vanished names down to the disk. */
export function syncFolder(folder: string): void {
  onDisk(folder, () => {
    try {
      const fd = openSync(folder, constants.O_RDONLY)
      try {
        fsyncSync(fd)
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      // Windows opens no folders, and some file systems sync none: https://man7.org/linux/man-pages/man2/fsync.2.html
      if (!['ENOENT', 'EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(codeOf(error))) throw error
    }
  })
}

function succeeds(path: string, act: () => void): boolean {
  return (
    unlessAbsent(path, () => {
      act()
      return true
    }) ?? false
  )
}
