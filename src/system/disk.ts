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
import { whileHeldOpen } from './held-open.ts'

/* The single steps of atomic-write.ts. System errors become failures. */

/** Renames a file, replacing an existing one. Returns false if the file or the new folder does not exist. */
export function moveFile(from: string, to: string): boolean {
  return succeeds(to, () => whileHeldOpen(to, () => renameSync(from, to)))
}

/** Hard-links a file. `taken`: the new path exists already. `missing`: the file or the new folder does not exist. */
export function linkFile(from: string, to: string): 'linked' | 'taken' | 'missing' {
  let taken = false
  const there = succeeds(to, () => {
    try {
      whileHeldOpen(to, () => linkSync(from, to))
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      taken = true
    }
  })
  if (taken) return 'taken'
  return there ? 'linked' : 'missing'
}

/** Removes a file. Returns false if it did not exist. */
export function removeFile(path: string): boolean {
  return succeeds(path, () => whileHeldOpen(path, () => unlinkSync(path)))
}

/** Removes a folder if it is empty. Returns whether it was removed; never fails. */
export function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

/** When the file was last written, in milliseconds since 1970; `undefined` if it does not exist. */
export function writtenAt(path: string): number | undefined {
  return unlessAbsent(path, () => lstatSync(path))?.mtimeMs
}

/** Fsyncs the folder, so that new and removed names in it survive a power cut. */
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
      // Windows cannot open a folder; some file systems cannot sync one:
      // https://man7.org/linux/man-pages/man2/fsync.2.html
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
