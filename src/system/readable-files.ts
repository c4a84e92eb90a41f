import { isUtf8 } from 'node:buffer'
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { Failure } from '../core/failure.ts'
import { isMissing } from './disk-failure.ts'
import type { Launchers } from './launcher.ts'

/** The files of a person's tools, to be read. A launch only reads, and loads no more than this (bench/NOTES.md). */
export interface ReadableFiles {
  /** The text; `undefined` if the file does not exist. */
  read(path: string): string | undefined
  /**
   * The text of a file that may be a stranger's; `undefined` for a folder, `refused` if it is unreadable or too large.
   */
  readUntrusted(path: string): string | undefined
  /** The same as bytes, for an archive, which may be larger. */
  bytes(path: string): Uint8Array | undefined
  /** The path with all links resolved; `undefined` if it does not exist. */
  resolved(path: string): string | undefined
  /** Whether it exists, and can be looked at. */
  exists(path: string): boolean
  /** The target of a symbolic link, or of a launcher on Windows; `undefined` for anything else. */
  linkedTo(path: string): string | undefined
  /** The names in a folder, sorted; empty if it does not exist. */
  names(folder: string): readonly string[]
}

/** In bytes. Files that people write by hand are far smaller. */
const mostOfUntrusted = 8 * 1024 * 1024
const mostOfArchive = 512 * 1024 * 1024

/** The files as this user sees them. On Windows a launcher stands for a link to a program. */
export function readableFiles(launchers?: Launchers): ReadableFiles {
  return {
    read(path) {
      const bytes = contentOf(path)
      if (bytes === undefined || isUtf8(bytes)) return bytes?.toString('utf8')
      throw new Failure('malformed', `${path} is not UTF-8 text, and was not changed`)
    },

    readUntrusted: (path) => untrustedContentOf(path, mostOfUntrusted)?.toString('utf8'),

    bytes: (path) => untrustedContentOf(path, mostOfArchive),

    resolved(path) {
      try {
        return existsSync(path) ? realpathSync(path) : undefined
      } catch {
        return undefined
      }
    },

    exists: (path) => existsSync(path),

    linkedTo: (path) => (launchers === undefined ? linkAt(path) : launchers.startedBy(path)?.program),

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

/** Looks first whether it is a link: most paths are none, and an exception takes longer. */
function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}

function untrustedContentOf(path: string, most: number): Buffer | undefined {
  const stat = statOf(path)
  if (stat === undefined || stat.isDirectory()) return undefined
  if (!stat.isFile()) throw new Failure('refused', `${path} is not a regular file`)
  if (stat.size > most) throw new Failure('refused', `${path} is too large to be read`)
  return contentOf(path, stat)
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Failure('refused', `${path} cannot be read`, { cause: error })
  }
}

function contentOf(path: string, stat = statOf(path)): Buffer | undefined {
  if (stat?.isFIFO() === true) throw new Failure('refused', `refusing to read ${path}: it is a pipe`)
  try {
    return stat === undefined ? undefined : readFileSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Failure('refused', `${path} cannot be read`, { cause: error })
  }
}
