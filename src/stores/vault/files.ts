import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, type Stats } from 'node:fs'
import { unlessAbsent } from './disk.ts'
import { fault } from './faults.ts'

/*
 * Reading, without trust: nothing is read that another user could have written or can read, and no link is followed.
 */

/** Whose the files must be. Absent on systems whose files have no numbered owners and no modes. */
export type Uid = number | undefined

/** The bytes of a file that only its owner can use; `undefined` where nothing is. */
export function readOwn(path: string, uid: Uid): Buffer | undefined {
  return unlessAbsent(path, () => {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile()) throw fault('not-ours', path)
      check(stats, path, uid)
      return readAll(fd, stats.size)
    } finally {
      closeSync(fd)
    }
  })
}

/** True for a folder that only its owner can use, false where nothing is; anything else there is a failure. */
export function isOwnFolder(path: string, uid: Uid): boolean {
  const stats = unlessAbsent(path, () => lstatSync(path))
  if (stats === undefined) return false
  if (stats.isSymbolicLink()) throw fault('symbolic-link', path)
  if (!stats.isDirectory()) throw fault('not-ours', path)
  check(stats, path, uid)
  return true
}

/** The names in a folder; none where it does not exist. */
export function namesIn(folder: string): string[] {
  return unlessAbsent(folder, () => readdirSync(folder)) ?? []
}

/** When the file was last written, in milliseconds since 1970; `undefined` where nothing is. */
export function writtenAt(path: string): number | undefined {
  return unlessAbsent(path, () => lstatSync(path))?.mtimeMs
}

function readAll(fd: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  while (at < size) {
    const count = readSync(fd, bytes, at, size - at, at)
    if (count === 0) break
    at += count
  }
  return bytes.subarray(0, at)
}

function check(stats: Stats, path: string, uid: Uid): void {
  if (uid === undefined) return
  if (stats.uid !== uid) throw fault('foreign-owner', path)
  if ((stats.mode & 0o077) !== 0) throw fault('loose-permissions', path)
}
