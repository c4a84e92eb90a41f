import { isUtf8 } from 'node:buffer'
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Failure } from '../core/failure.ts'
import { randomHex } from './random.ts'

/** How credbridge reads and changes the files of a person's tools. */
export interface Files {
  /** The text, or `undefined` if there is no such file. */
  read(path: string): string | undefined
  /** The same for a file that may be a stranger's: anything but a plain file of usual size is not there. */
  readStrange(path: string): string | undefined
  /** Replaces the whole file at once, through a link to what it means; keeps its mode, 0600 or 0700 for a new one. */
  write(path: string, text: string, as?: 'program'): void
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

/** In bytes; what people write by hand is far below. */
const mostOfStranger = 1024 * 1024

/** The files of a person's tools: read whole, replaced whole, never left half. */
export const files: Files = {
  read(path) {
    const bytes = contentOf(path)
    if (bytes === undefined || isUtf8(bytes)) return bytes?.toString('utf8')
    throw new Failure('malformed', `${path} is not UTF-8 text, and is left as it is`)
  },

  readStrange(path) {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat?.isFile() === true && stat.size <= mostOfStranger ? contentOf(path)?.toString('utf8') : undefined
  },

  write(path, text, as) {
    try {
      replace(path, text, as === 'program' ? 0o700 : 0o600)
    } catch (error) {
      throw new Failure('refused', `${path} cannot be written`, { cause: error })
    }
  },

  remove(path) {
    rmSync(path, { force: true })
  },

  exists(path) {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  },

  link(path, to) {
    try {
      symlinkSync(to, path)
    } catch (error) {
      throw new Failure('refused', `${path} cannot be made a link`, { cause: error })
    }
  },

  linkedTo(path) {
    try {
      return readlinkSync(path)
    } catch {
      return undefined
    }
  },

  folder(path) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  },

  isOurs(folder) {
    try {
      accessSync(folder, constants.W_OK)
      const { mode, uid } = statSync(folder)
      const owners = [0, process.getuid?.() ?? uid]
      return process.platform === 'win32' || ((mode & 0o022) === 0 && owners.includes(uid))
    } catch {
      return false
    }
  },

  isEverybodys(folder) {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
    return process.platform !== 'win32' && (mode & 0o002) !== 0
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

function contentOf(path: string): Buffer | undefined {
  try {
    if (!statSync(path).isFIFO()) return readFileSync(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Failure('refused', `${path} cannot be read`, { cause: error })
  }
  throw new Failure('refused', `${path} is a pipe, and nobody may ever write to it`)
}

function replace(path: string, text: string, newMode: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const target = meantBy(path)
  const before = statSync(target, { throwIfNoEntry: false })
  if (before?.isFile() === false) throw new Error('a device or a folder is not to be replaced')
  const beside = `${target}.${randomHex(6)}`
  try {
    const fd = openSync(beside, 'wx', 0o600)
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    if (before !== undefined) keepOwner(beside, before)
    chmodSync(beside, (before?.mode ?? newMode) & 0o777)
    renameSync(beside, target)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** What root replaces stays its owner's; nobody else could give a file away. */
function keepOwner(path: string, { uid, gid }: Stats): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid)
}

/** People keep their dot files elsewhere and link to them: the link stays, the file behind it is replaced or made. */
function meantBy(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    const link = files.linkedTo(path)
    return link === undefined ? path : meantBy(resolve(dirname(path), link))
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}
