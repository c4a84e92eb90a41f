import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { replaceFile } from './atomic-write.ts'
import { removeFile } from './disk.ts'
import { onDisk, unlessAbsent } from './disk-failure.ts'
import { amongOthers, isFileOf } from './others-home.ts'

/*
 * What root may do to another user's files: change or remove the user's own. The folder is opened once and everything
 * happens below that descriptor, because the user could put a link to a folder of root's in its place at any moment.
 */

/** Replaces that user's own file; it stays that user's. One that is not there, or anything else there, is `refused`. */
export function replaceOthersFile(path: string, text: string, user: number): void {
  const there = inFolderOf(path, (held) => {
    const before = lstatSync(held, { throwIfNoEntry: false })
    if (before === undefined) return false
    if (!isFileOf(before, user)) throw notTheirs(path, user)
    replaceFile(held, text, { mode: before.mode & 0o777, owner: { uid: before.uid, gid: before.gid } })
    return true
  })
  if (there !== true) throw amongOthers(path, user)
}

/** Removes that user's own file or link. Nothing there is as well; anything else is `refused`. */
export function removeOthersFile(path: string, user: number): void {
  inFolderOf(path, (held) => {
    const stats = lstatSync(held, { throwIfNoEntry: false })
    if (stats === undefined) return
    if (stats.uid !== user) throw notTheirs(path, user)
    removeFile(held)
  })
}

/** Does something with the path below its folder, held open; `undefined` where there is no such folder. */
function inFolderOf<T>(path: string, work: (held: string) => T): T | undefined {
  const real = unlessAbsent(path, () => realpathSync(dirname(path)))
  if (real === undefined) return undefined
  const { O_RDONLY, O_DIRECTORY = 0, O_NOFOLLOW = 0 } = constants
  const folder = onDisk(real, () => openSync(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
  try {
    return work(join(pathOf(folder) ?? real, basename(path)))
  } finally {
    closeSync(folder)
  }
}

/** Where Linux shows the open folder itself: https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html. */
function pathOf(folder: number): string | undefined {
  const path = `/proc/self/fd/${folder}`
  const [shown, open] = [statSync(path, { throwIfNoEntry: false }), fstatSync(folder)]
  return shown?.ino === open.ino && shown.dev === open.dev ? path : undefined
}

function notTheirs(path: string, user: number): Failure {
  return new Failure('refused', `${path} does not belong to user ${user}, whose folder it is in`, {
    hints: [hint`ls -l ${path}`],
  })
}
