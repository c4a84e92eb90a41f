import { accessSync, constants, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure, isFailure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { replaceFile } from './atomic-write.ts'
import { isMissing } from './disk-failure.ts'
import type { Launchers } from './launcher.ts'
import { removeLeftovers } from './leftovers.ts'
import { makeFolder } from './make-folder.ts'
import { removeOthersFile, removeOthersLeftovers, replaceOthersFile } from './others-files.ts'
import { refuseAmongOthers, userAlong } from './others-home.ts'
import { linkIfReadable } from './readable.ts'
import { type ReadableFiles, readableFiles } from './readable-files.ts'

/** The files of a person's tools: read whole, replaced whole, never left half written. */
export interface Files extends ReadableFiles {
  /** Replaces the whole file, or the target of a link, at once. Keeps the mode; a new file has 0600, a program 0700. */
  write(path: string, text: string, as?: 'program'): void
  /**
   * Runs `work` while no other program holds `<file>.lock`, as git does when it changes a file (system/tool-lock.ts).
   */
  whileLocked<T>(path: string, work: () => T | Promise<T>): Promise<T>
  /**
   * Removes the temporary files for this file that killed processes of ours left, older than a minute. Never fails.
   */
  removeLeftovers(path: string): void
  remove(path: string): void
  /** Creates a symbolic link at `path`; `refused` if the path exists. On Windows a launcher, whose name ends in `.exe`. */
  link(path: string, to: string): void
  /** Creates a folder with mode 0700. An existing folder stays as it is. */
  folder(path: string): void
  /** Whether this user can write in the folder, and no other user but the administrator can. */
  isOwnFolder(folder: string): boolean
  /** Whether every user of this machine can create files in the folder. */
  isWorldWritable(folder: string): boolean
}

/** The user who works on the files, and the system. */
export interface FilesUser {
  /** Negative on systems without numeric user IDs. */
  readonly userId: number
  readonly platform: string
  /** This process's ID, needed on systems without /proc. */
  readonly processId?: number
  /** On Windows what stands for a link to a program. */
  readonly launchers?: Launchers | undefined
}

/**
 * The files as this user sees them. Root changes another user's files without changing the owner, and creates none
 * there.
 */
export function userFiles({ userId, platform, processId, launchers }: FilesUser): Files {
  function write(path: string, text: string, newMode: number): void {
    const target = meantBy(path)
    const other = userAlong(path, userId)
    if (other !== undefined) {
      replaceOthersFile(target, text, other)
      return
    }
    const before = statSync(target, { throwIfNoEntry: false })
    if (before?.isFile() === false) throw new Failure('refused', `refusing to replace ${path}: it is not a file`)
    makeFolder(dirname(target), 0o700)
    const owner = userId === 0 && before !== undefined ? { owner: before } : {}
    replaceFile(target, text, { mode: (before?.mode ?? newMode) & 0o777, ...owner })
  }

  return {
    ...readableFiles(launchers),

    write: (path, text, as) =>
      refusing(`${path} cannot be written`, () => write(path, text, as === 'program' ? 0o700 : 0o600)),

    async whileLocked(path, work) {
      const target = meantBy(path)
      // Root creates no lock file in another user's home.
      if (userAlong(target, userId) !== undefined) return work()
      return (await import('./tool-lock.ts')).whileLocked(target, processId, work)
    },

    removeLeftovers(path) {
      try {
        const other = userAlong(path, userId)
        if (other === undefined) removeLeftovers(meantBy(path))
        else removeOthersLeftovers(meantBy(path))
      } catch {}
    },

    remove: (path) =>
      refusing(`${path} cannot be removed`, () => {
        const other = userAlong(path, userId)
        if (other === undefined && launchers?.startedBy(path) !== undefined) launchers.remove(path)
        else if (other === undefined) rmSync(path, { force: true })
        else removeOthersFile(path, other)
      }),

    link: (path, to) =>
      refusing(`the link ${path} cannot be created`, () => {
        refuseAmongOthers(path, userId)
        if (launchers === undefined) symlinkSync(to, path)
        else launchers.place(path, launchers.of() ?? withoutLauncher(), { program: to })
      }),

    folder(path) {
      if (statSync(path, { throwIfNoEntry: false }) === undefined) refuseAmongOthers(path, userId)
      makeFolder(path, 0o700)
    },

    isOwnFolder(folder) {
      try {
        accessSync(folder, constants.W_OK)
        const { mode, uid } = statSync(folder)
        return platform === 'win32' || ((mode & 0o022) === 0 && (uid === 0 || userId < 0 || uid === userId))
      } catch {
        return false
      }
    },

    isWorldWritable(folder) {
      const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
      return platform !== 'win32' && (mode & 0o002) !== 0
    },
  }
}

function withoutLauncher(): never {
  throw new Failure('unavailable', 'the launcher of credbridge is not there', {
    hints: [hint`install credbridge again`],
  })
}

/** Runs `act`. A failure is passed on; any other error becomes a failure with this message. */
function refusing(words: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (isFailure(error)) throw error
    throw new Failure('refused', words, { cause: error })
  }
}

/** People link to dot files that they keep elsewhere: the link stays, its target is replaced or created. */
function meantBy(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    const link = linkIfReadable(path)
    return link === undefined ? path : meantBy(resolve(dirname(path), link))
  }
}
