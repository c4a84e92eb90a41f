import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs'
import { Failure } from '../core/failure.ts'
import { type Hint, hint } from '../core/hint.ts'
import { codeOf, unlessAbsent } from './disk-failure.ts'
import { whileHeldOpen } from './held-open.ts'

/*
 * Reads private files. Refuses files that another user could have written or can read, and does not follow links.
 */

/** The user who must own the files. Absent or negative on systems without numeric user IDs and file modes. */
export type UserId = number | undefined

/** The access that other users must not have: `anything`, or only `write`. */
export type ClosedTo = 'anything' | 'write'

/** Why a private file is not safe to read. */
export type Unsafe = 'foreign-owner' | 'loose-permissions' | 'symbolic-link' | 'not-a-file' | 'not-a-folder'

/** The bytes of a private file; `undefined` if it does not exist. A file that is not private is `refused`. */
export function readOwnFile(path: string, userId: UserId, closedTo: ClosedTo = 'anything'): Buffer | undefined {
  return unlessAbsent(path, () => {
    const fd = openUnfollowed(path)
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile()) throw unsafe('not-a-file', path)
      check(stats, path, userId, closedTo)
      return readAll(fd, stats.size)
    } finally {
      closeSync(fd)
    }
  })
}

/**
 * True for a private folder, false if the path does not exist. Anything else is `refused`, and so is a symbolic link
 * unless `links` says that it is followed.
 */
export function isOwnFolder(
  path: string,
  userId: UserId,
  closedTo: ClosedTo = 'anything',
  links: 'refused' | 'followed' = 'refused',
): boolean {
  const stats = unlessAbsent(path, () => (links === 'followed' ? statSync(path) : lstatSync(path)))
  if (stats === undefined) return false
  if (stats.isSymbolicLink()) throw unsafe('symbolic-link', path)
  if (!stats.isDirectory()) throw unsafe('not-a-folder', path)
  check(stats, path, userId, closedTo)
  return true
}

/** The names in a folder; empty if it does not exist. */
export function namesIn(folder: string): string[] {
  return unlessAbsent(folder, () => readdirSync(folder)) ?? []
}

/** The failure for a file or folder that is not private. */
export function unsafe(what: Unsafe, path: string, closedTo: ClosedTo = 'anything'): Failure {
  const failure = (message: string, mends: Hint) => new Failure('refused', message, { hints: [mends] })
  switch (what) {
    case 'foreign-owner':
      return failure(`${path} belongs to another user`, hint`run the command as its owner: ls -ld ${path}`)
    case 'loose-permissions':
      return closedTo === 'write'
        ? failure(`other users can change ${path}`, hint`chmod go-w ${path}`)
        : failure(`other users have access to ${path}`, hint`chmod go= ${path}`)
    case 'symbolic-link':
      return failure(
        `${path} is a symbolic link, and credbridge follows no link there`,
        hint`replace the link by the file or folder itself: ${path}`,
      )
    case 'not-a-file':
      return failure(`${path} is not a file`, hint`ls -ld ${path}`)
    case 'not-a-folder':
      return failure(`${path} is not a folder`, hint`ls -ld ${path}`)
    default:
      return what satisfies never
  }
}

/** O_NONBLOCK, because opening a pipe would wait for a writer. */
function openUnfollowed(path: string): number {
  try {
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    return whileHeldOpen(path, () => openSync(path, flags))
  } catch (error) {
    // O_NOFOLLOW reports a symbolic link as ELOOP: https://man7.org/linux/man-pages/man2/open.2.html
    throw codeOf(error) === 'ELOOP' ? unsafe('symbolic-link', path) : error
  }
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

function check(stats: Stats, path: string, userId: UserId, closedTo: ClosedTo): void {
  if (userId === undefined || userId < 0) return
  if (stats.uid !== userId) throw unsafe('foreign-owner', path)
  if ((stats.mode & (closedTo === 'write' ? 0o022 : 0o077)) !== 0) throw unsafe('loose-permissions', path, closedTo)
}
