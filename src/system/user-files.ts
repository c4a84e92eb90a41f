import { isUtf8 } from 'node:buffer'
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure, isFailure } from '../core/failure.ts'
import { replaceFile } from './atomic-write.ts'
import { isMissing } from './disk-failure.ts'
import { removeOthersFile, replaceOthersFile } from './others-files.ts'
import { refuseAmongOthers, userAlong } from './others-home.ts'
import { linkIfReadable } from './readable.ts'

/** The files of a person's tools: read whole, replaced whole, never left half. */
export interface Files {
  /** The text, or `undefined` if there is no such file. */
  read(path: string): string | undefined
  /** The same for a file that may be a stranger's; a folder is none, and what is not wholly readable is `refused`. */
  readStrange(path: string): string | undefined
  /** The same as bytes, for an archive, which may be larger. */
  bytes(path: string): Uint8Array | undefined
  /** The path with all links followed; `undefined` if nothing is there. */
  resolved(path: string): string | undefined
  /** Replaces the whole file at once, through a link to what it means; keeps its mode, 0600 or 0700 for a new one. */
  write(path: string, text: string, as?: 'program'): void
  /** Does something while no program that locks the file by `<file>.lock`, as git does, changes it (system/tool-lock.ts). */
  whileLocked<T>(path: string, work: () => T | Promise<T>): Promise<T>
  remove(path: string): void
  exists(path: string): boolean
  /** Makes a symbolic link; what is there already stays, and is `refused`. */
  link(path: string, to: string): void
  /** What a symbolic link says; `undefined` for anything else. */
  linkedTo(path: string): string | undefined
  /** Makes a folder for us alone; one that is there stays as it is. */
  folder(path: string): void
  /** A folder that we may write in, and nobody but us and the administrator. */
  isOurs(folder: string): boolean
  /** A folder in which anybody on this machine may put a file. */
  isEverybodys(folder: string): boolean
  /** The names in a folder, sorted; none if there is no such folder. */
  names(folder: string): readonly string[]
}

/** Who works on the files, and on what kind of system. */
export interface FilesUser {
  /** Negative where users have no numbers. */
  readonly userId: number
  readonly platform: string
  /** The number of this process, where the kernel does not say it: elsewhere than on Linux. */
  readonly processId?: number
}

/** In bytes; what people write by hand is far below. */
const mostOfStranger = 8 * 1024 * 1024
const mostOfArchive = 512 * 1024 * 1024

/** The files as this user sees them. Root changes other users' own files, which stay theirs, and makes none among them. */
export function userFiles({ userId, platform, processId }: FilesUser): Files {
  function write(path: string, text: string, newMode: number): void {
    const target = meantBy(path)
    const other = userAlong(path, userId)
    if (other !== undefined) {
      replaceOthersFile(target, text, other)
      return
    }
    const before = statSync(target, { throwIfNoEntry: false })
    if (before?.isFile() === false) throw new Failure('refused', `${path} is not a file, and is not replaced`)
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    const owner = userId === 0 && before !== undefined ? { owner: before } : {}
    replaceFile(target, text, { mode: (before?.mode ?? newMode) & 0o777, ...owner })
  }

  return {
    read(path) {
      const bytes = contentOf(path)
      if (bytes === undefined || isUtf8(bytes)) return bytes?.toString('utf8')
      throw new Failure('malformed', `${path} is not UTF-8 text, and is left as it is`)
    },

    readStrange: (path) => strangeContentOf(path, mostOfStranger)?.toString('utf8'),

    bytes: (path) => strangeContentOf(path, mostOfArchive),

    resolved(path) {
      try {
        return realpathSync(path)
      } catch {
        return undefined
      }
    },

    write: (path, text, as) =>
      refusing(`${path} cannot be written`, () => write(path, text, as === 'program' ? 0o700 : 0o600)),

    async whileLocked(path, work) {
      const target = meantBy(path)
      // Root makes no lock in another user's home.
      if (userAlong(target, userId) !== undefined) return work()
      return (await import('./tool-lock.ts')).whileLocked(target, processId, work)
    },

    remove: (path) =>
      refusing(`${path} cannot be removed`, () => {
        const other = userAlong(path, userId)
        if (other === undefined) rmSync(path, { force: true })
        else removeOthersFile(path, other)
      }),

    exists(path) {
      return statSync(path, { throwIfNoEntry: false }) !== undefined
    },

    link: (path, to) =>
      refusing(`${path} cannot be made a link`, () => {
        refuseAmongOthers(path, userId)
        symlinkSync(to, path)
      }),

    linkedTo: linkIfReadable,

    folder(path) {
      if (statSync(path, { throwIfNoEntry: false }) === undefined) refuseAmongOthers(path, userId)
      mkdirSync(path, { recursive: true, mode: 0o700 })
    },

    isOurs(folder) {
      try {
        accessSync(folder, constants.W_OK)
        const { mode, uid } = statSync(folder)
        return platform === 'win32' || ((mode & 0o022) === 0 && (uid === 0 || userId < 0 || uid === userId))
      } catch {
        return false
      }
    },

    isEverybodys(folder) {
      const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
      return platform !== 'win32' && (mode & 0o002) !== 0
    },

    names(folder) {
      try {
        return readdirSync(folder).sort()
      } catch (error) {
        if (isMissing(error)) return []
        throw new Failure('refused', `${folder} cannot be read`, { cause: error })
      }
    },
  }
}

/** A failure of ours keeps its reason; the system's becomes one with these words. */
function refusing(words: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (isFailure(error)) throw error
    throw new Failure('refused', words, { cause: error })
  }
}

function strangeContentOf(path: string, most: number): Buffer | undefined {
  const stat = statOf(path)
  if (stat === undefined || stat.isDirectory()) return undefined
  if (!stat.isFile()) throw new Failure('refused', `${path} is no plain file`)
  if (stat.size > most) throw new Failure('refused', `${path} is too large to be looked at`)
  return contentOf(path, stat)
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Failure('refused', `${path} cannot be read`, { cause: error })
  }
}

function contentOf(path: string, stat = statOf(path)): Buffer | undefined {
  if (stat?.isFIFO() === true) throw new Failure('refused', `${path} is a pipe, and nobody may ever write to it`)
  try {
    return stat === undefined ? undefined : readFileSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Failure('refused', `${path} cannot be read`, { cause: error })
  }
}

/** People keep their dot files elsewhere and link to them: the link stays, the file behind it is replaced or made. */
function meantBy(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    const link = linkIfReadable(path)
    return link === undefined ? path : meantBy(resolve(dirname(path), link))
  }
}
