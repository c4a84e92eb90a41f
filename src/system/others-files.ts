import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { replaceFile } from './atomic-write.ts'
import { removeFile } from './disk.ts'
import { onDisk, unlessAbsent } from './disk-failure.ts'
import { removeLeftovers } from './leftovers.ts'
import { amongOthers, isFileOf } from './others-home.ts'

/*
 * How root changes another user's files: only files that belong to that user. The folder is opened once, and every step
 * uses that descriptor, because the user could replace the folder by a link to a folder of root at any moment.
 */

/** Replaces a file of that user, who remains its owner. A missing file, or anything else at the path, is `refused`. */
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

/** Removes a file or link of that user. Does nothing if the path does not exist; anything else is `refused`. */
export function removeOthersFile(path: string, user: number): void {
  inFolderOf(path, (held) => {
    const stats = lstatSync(held, { throwIfNoEntry: false })
    if (stats === undefined) return
    if (stats.uid !== user) throw notTheirs(path, user)
    removeFile(held)
  })
}

/** Removes the temporary files that killed processes left for this path (system/leftovers.ts). */
export function removeOthersLeftovers(path: string): void {
  inFolderOf(path, (held) => removeLeftovers(held))
}

/** Runs `work` with the path below the open descriptor of its folder; `undefined` if the folder does not exist. */
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

/** Linux's path for an open folder, `undefined` elsewhere: https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html. */
function pathOf(folder: number): string | undefined {
  const path = `/proc/self/fd/${folder}`
  const [shown, open] = [statSync(path, { throwIfNoEntry: false }), fstatSync(folder)]
  return shown?.ino === open.ino && shown.dev === open.dev ? path : undefined
}

function notTheirs(path: string, user: number): Failure {
  return new Failure('refused', `${path} does not belong to user ${user}, who owns a folder on its path`, {
    hints: [hint`ls -l ${path}`],
  })
}
