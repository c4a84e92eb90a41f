import * as files from 'host:files'
import { stop, watch } from 'host:poll'
import { Buffer, type Encoding } from './buffer.ts'

/* https://nodejs.org/api/fs.html, the part that src/ uses. */

export const constants = { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4, ...files.flags() }

type Path = string
type Flag = number | keyof typeof modes

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND } = constants
const modes = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
}

/** A path that the host can read. */
function checked(path: Path): string {
  return path.toWellFormed()
}

export function openSync(path: Path, flag: Flag = 'r', mode = 0o666): number {
  return files.open(checked(path), typeof flag === 'number' ? flag : modes[flag], mode)
}

export const closeSync = files.close
export const fsyncSync = files.fsync
export const fchmodSync = files.fchmod
export const fchownSync = files.fchown

export function ftruncateSync(fd: number, length = 0): void {
  files.ftruncate(fd, length)
}

export function readSync(
  fd: number,
  into: Uint8Array,
  offset = 0,
  length = into.length - offset,
  position: number | null = null,
): number {
  return files.read(fd, into, offset, length, position ?? -1)
}

type ReadCallback = (error: (Error & { code?: string }) | null, count: number) => void

/** Waits until bytes can be read. */
export function read(
  fd: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
  callback: ReadCallback,
): void {
  const wait = watch(fd, false, () => {
    stop(wait)
    let count = 0
    try {
      count = files.read(fd, into, offset, length, position ?? -1)
    } catch (error) {
      return callback(error as Error, 0)
    }
    callback(null, count)
  })
}

/** After a string only the position follows. */
export function writeSync(
  fd: number,
  from: Uint8Array | string,
  offset?: number | null,
  length?: number | null,
  position?: number | null,
): number {
  if (typeof from !== 'string') {
    return files.write(fd, from, offset ?? 0, length ?? from.length - (offset ?? 0), position ?? -1)
  }
  const bytes = Buffer.from(from)
  return files.write(fd, bytes, 0, bytes.length, offset ?? -1)
}

export function readFileSync(path: Path | number): Buffer
export function readFileSync(path: Path | number, encoding: Encoding): string
export function readFileSync(path: Path | number, encoding?: Encoding): Buffer | string {
  const content = typeof path === 'number' ? restOf(path) : new Buffer(files.readFile(checked(path)).buffer)
  return encoding === undefined ? content : content.toString(encoding)
}

function restOf(fd: number): Buffer {
  const chunks: Buffer[] = []
  for (;;) {
    const chunk = Buffer.alloc(65_536)
    const count = files.read(fd, chunk, 0, chunk.length, -1)
    if (count === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, count))
  }
}

export function writeFileSync(
  path: Path,
  content: Uint8Array | string,
  { mode = 0o666, flag = 'w' }: { readonly mode?: number; readonly flag?: Flag } = {},
): void {
  const fd = openSync(path, flag, mode)
  try {
    for (let rest = Buffer.from(content as string); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest))
  } finally {
    closeSync(fd)
  }
}

const kind = {
  mask: 0o170000,
  folder: 0o040000,
  file: 0o100000,
  link: 0o120000,
  pipe: 0o010000,
  device: 0o020000,
  socket: 0o140000,
}

export class Stats {
  readonly dev: number
  readonly ino: number
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly atimeMs: number
  readonly mtimeMs: number
  readonly ctimeMs: number

  constructor(numbers: files.Stats) {
    // Destructuring would make an iterator.
    this.dev = numbers[0]
    this.ino = numbers[1]
    this.mode = numbers[2]
    this.nlink = numbers[3]
    this.uid = numbers[4]
    this.gid = numbers[5]
    this.size = numbers[6]
    this.atimeMs = numbers[7]
    this.mtimeMs = numbers[8]
    this.ctimeMs = numbers[9]
  }

  get mtime(): Date {
    return new Date(this.mtimeMs)
  }

  isFile(): boolean {
    return this.#is(kind.file)
  }

  isDirectory(): boolean {
    return this.#is(kind.folder)
  }

  isSymbolicLink(): boolean {
    return this.#is(kind.link)
  }

  isFIFO(): boolean {
    return this.#is(kind.pipe)
  }

  isSocket(): boolean {
    return this.#is(kind.socket)
  }

  isCharacterDevice(): boolean {
    return this.#is(kind.device)
  }

  #is(wanted: number): boolean {
    return (this.mode & kind.mask) === wanted
  }
}

interface StatOptions {
  readonly throwIfNoEntry?: boolean
}

function statsBy(call: typeof files.stat) {
  return (path: Path, { throwIfNoEntry = true }: StatOptions = {}): Stats | undefined => {
    const numbers = call(checked(path), throwIfNoEntry)
    return numbers && new Stats(numbers)
  }
}

export const statSync = statsBy(files.stat)
export const lstatSync = statsBy(files.lstat)

export function fstatSync(fd: number): Stats {
  return new Stats(files.fstat(fd))
}

export function statfsSync(path: Path): { readonly type: number } {
  return { type: files.statfs(checked(path)) }
}

export function accessSync(path: Path, mode = constants.F_OK): void {
  files.access(checked(path), mode)
}

export function existsSync(path: Path): boolean {
  try {
    return files.exists(checked(path))
  } catch {
    return false
  }
}

/** The names in the folder, in any order. */
export function readdirSync(path: Path): string[] {
  return files.readdir(checked(path))
}

export function mkdirSync(
  path: Path,
  { recursive = false, mode = 0o777 }: { recursive?: boolean; mode?: number } = {},
) {
  files.mkdir(checked(path), mode, recursive)
}

export function rmdirSync(path: Path): void {
  files.rmdir(checked(path))
}

export function unlinkSync(path: Path): void {
  files.unlink(checked(path))
}

export function rmSync(
  path: Path,
  { recursive = false, force = false }: { recursive?: boolean; force?: boolean } = {},
) {
  try {
    if (lstatSync(path)?.isDirectory() !== true) unlinkSync(path)
    else if (recursive) files.removeAll(checked(path))
    else throw Object.assign(new Error(`${path} is a folder`), { code: 'ERR_FS_EISDIR' })
  } catch (error) {
    if (!force || !['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) throw error
  }
}

export function renameSync(from: Path, to: Path): void {
  files.rename(checked(from), checked(to))
}

export function linkSync(from: Path, to: Path): void {
  files.link(checked(from), checked(to))
}

export function symlinkSync(target: Path, path: Path): void {
  files.symlink(checked(target), checked(path))
}

export function readlinkSync(path: Path): string {
  return files.readlink(checked(path))
}

export function realpathSync(path: Path): string {
  return files.realpath(checked(path))
}

export function chmodSync(path: Path, mode: number): void {
  files.chmod(checked(path), mode)
}

export function chownSync(path: Path, user: number, group: number): void {
  files.chown(checked(path), user, group)
}

export function utimesSync(path: Path, accessed: Date | number, written: Date | number): void {
  const seconds = (time: Date | number) => (typeof time === 'number' ? time : time.getTime() / 1000)
  files.utimes(checked(path), seconds(accessed), seconds(written))
}
