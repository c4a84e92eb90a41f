import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../core/failure.ts'
import { discard, linkFile, moveFile, syncFolder } from './disk.ts'
import { codeOf, onDisk } from './disk-failure.ts'
import { nameBeside, removeLeftovers } from './leftovers.ts'

/*
 * Writing, so that a file is there as a whole or not at all, whenever the process dies: written beside, fsync, rename or
 * link, fsync of the folder. For its owner alone before the first byte; owner and mode are set on the open file, because
 * whoever owns the folder could have put a link to another file in the place of its name.
 */

export interface Attributes {
  /** 0600 if absent. */
  readonly mode?: number
  /** Whoever writes it if absent. Only root can give files away. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** It need not survive a power cut, so nobody waits for the disk. */
  readonly durable?: false
}

export interface Placing extends Attributes {
  /** Called right before the file gets its place; what it throws ends the write, and everything stays as it was. */
  readonly guard?: () => void
}

/** Puts a whole file there, instead of what is. */
export function replaceFile(path: string, content: string | Uint8Array, attributes?: Placing): void {
  placeFile(path, content, attributes, (beside) => {
    if (!moveFile(beside, path)) throw vanished(path)
  })
}

/** Puts a whole file there unless something is: then false. Of many processes that do so at once, one does. */
export function addFile(path: string, content: string | Uint8Array, attributes?: Placing): boolean {
  let added = false
  placeFile(path, content, attributes, (beside) => {
    const outcome = linkOrCopy(beside, path, content)
    if (outcome === 'missing' && !existsSync(path)) throw vanished(path)
    added = outcome === 'linked'
    discard(beside)
  })
  return added
}

/** Puts a symbolic link there, instead of what is. */
export function replaceLink(path: string, target: string): void {
  removeLeftovers(path)
  const beside = nameBeside(path)
  try {
    onDisk(path, () => symlinkSync(target, beside))
    if (!moveFile(beside, path)) throw vanished(path)
  } catch (error) {
    discard(beside)
    throw error
  }
}

/** Writes a file that is not there yet, down to the disk. After a failure it is not there either. */
export function createFile(path: string, content: string | Uint8Array, attributes?: Attributes): void {
  onDisk(path, () => writeNew(path, content, attributes))
}

function writeNew(path: string, content: string | Uint8Array, { mode, owner, durable }: Attributes = {}): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid)
    if (mode !== undefined) fchmodSync(fd, mode)
    if (durable !== false) fsyncSync(fd)
  } catch (error) {
    discard(path)
    throw error
  } finally {
    closeSync(fd)
  }
}

function placeFile(
  path: string,
  content: string | Uint8Array,
  attributes: Placing | undefined,
  place: (beside: string) => void,
): void {
  removeLeftovers(path)
  const beside = nameBeside(path)
  onDisk(path, () => writeNew(beside, content, attributes))
  try {
    attributes?.guard?.()
    place(beside)
  } catch (error) {
    discard(beside)
    throw error
  }
  if (attributes?.durable !== false) syncFolder(dirname(path))
}

/** FAT and some network file systems have no links: https://man7.org/linux/man-pages/man2/link.2.html. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

function linkOrCopy(from: string, to: string, content: string | Uint8Array): ReturnType<typeof linkFile> {
  try {
    return linkFile(from, to)
  } catch (error) {
    if (!noLinks.includes(codeOf((error as Failure).cause))) throw error
  }
  try {
    createFile(to, content)
    return 'linked'
  } catch (error) {
    if (codeOf((error as Failure).cause) === 'EEXIST') return 'taken'
    throw error
  }
}

function vanished(path: string): Failure {
  return new Failure('refused', `${path} cannot be written: its folder, or what was written beside it, has vanished`)
}
