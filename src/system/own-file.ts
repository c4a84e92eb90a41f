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

/*
 * Reading, without trust: nothing is read that another user could have written or can read, and no link is followed.
 */

/** Whose the files must be. Absent or negative on systems whose files have no numbered owners and no modes. */
export type UserId = number | undefined

/** What others may not do: `anything`, or only `write`. */
export type ClosedTo = 'anything' | 'write'

/** What can be wrong with a file that should be ours alone. */
export type Unsafe = 'foreign-owner' | 'loose-permissions' | 'symbolic-link' | 'not-a-file' | 'not-a-folder'

/** The bytes of a file that only its owner can use; `undefined` where nothing is. Any other is `refused`. */
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
 * True for a folder that only its owner can use, false where nothing is; anything else there is `refused`. A link to
 * one is refused too, unless it is to be followed.
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

/** The names in a folder; none where it does not exist. */
export function namesIn(folder: string): string[] {
  return unlessAbsent(folder, () => readdirSync(folder)) ?? []
}

/** The failure for something that should be ours alone and is not. */
export function unsafe(what: Unsafe, path: string, closedTo: ClosedTo = 'anything'): Failure {
  const failure = (message: string, mends: Hint) => new Failure('refused', message, { hints: [mends] })
  switch (what) {
    case 'foreign-owner':
      return failure(`${path} belongs to another user`, hint`run the command as the user whose it is: ls -ld ${path}`)
    case 'loose-permissions':
      return closedTo === 'write'
        ? failure(`others than its owner can change ${path}`, hint`chmod go-w ${path}`)
        : failure(`others than its owner have access to ${path}`, hint`chmod go= ${path}`)
    case 'symbolic-link':
      return failure(
        `${path} is a symbolic link, and none is followed there`,
        hint`put the file or folder itself in its place: ${path}`,
      )
    case 'not-a-file':
      return failure(`${path} is not a file`, hint`ls -ld ${path}`)
    case 'not-a-folder':
      return failure(`${path} is not a folder`, hint`ls -ld ${path}`)
    default:
      return what satisfies never
  }
}

/** Not waiting, if it is a pipe. */
function openUnfollowed(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    // O_NOFOLLOW meets a link: https://man7.org/linux/man-pages/man2/open.2.html
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
