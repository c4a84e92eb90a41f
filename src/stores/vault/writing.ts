import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { codeOf, onDisk, unlessAbsent } from './disk.ts'

/*
 * Writing, so that a file is there as a whole or not at all, whenever the process dies: written beside, fsync, rename
 * or link, fsync of the folder. For its owner alone before the first byte.
 */

/** Makes the folder, and those above it, for its owner alone. */
export function makeFolder(path: string): void {
  onDisk(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }))
}

/** Writes a file that is not there yet, down to the disk. After a failure it is not there. */
export function writeNew(path: string, bytes: Uint8Array): void {
  const fd = onDisk(path, () => openSync(path, 'wx', 0o600))
  try {
    onDisk(path, () => writeAll(fd, bytes))
  } catch (error) {
    discard(path)
    throw error
  }
}

/** Puts the file there instead of what is. False if the folder, or the file itself, is not there. */
export function moveTo(from: string, to: string): boolean {
  return succeeds(to, () => renameSync(from, to))
}

/** Puts the file there unless something is: then `taken`. Without the folder: `no-folder`. It keeps its other name too. */
export function linkTo(from: string, to: string): 'linked' | 'taken' | 'no-folder' {
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
  return there ? 'linked' : 'no-folder'
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

/** Removes what is only in the way; if that fails, a later sweep does it. */
export function discard(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It lies among the debris until then.
  }
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

function writeAll(fd: number, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function succeeds(path: string, act: () => void): boolean {
  return (
    unlessAbsent(path, () => {
      act()
      return true
    }) ?? false
  )
}
