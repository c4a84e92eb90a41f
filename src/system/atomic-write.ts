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
 * Atomic writes: whenever the process dies, the file exists whole or not at all. The steps are: write a temporary file
 * in the same folder, fsync it, rename or link it, fsync the folder. The temporary file has mode 0600 from the start.
 * Owner and mode are set on its descriptor, because the owner of the folder could replace its name by a link to another
 * file.
 */

export interface Attributes {
  /** 0600 if absent. */
  readonly mode?: number
  /** The writing user if absent. Only root can give files away. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** The file need not survive a power cut, so fsync is skipped. */
  readonly durable?: false
}

export interface Placing extends Attributes {
  /** Called right before the rename or link. If it throws, the write fails and no file is changed. */
  readonly guard?: () => void
}

/** Writes a whole file, replacing an existing one. */
export function replaceFile(path: string, content: string | Uint8Array, attributes?: Placing): void {
  placeFile(path, content, attributes, (beside) => {
    if (!moveFile(beside, path)) throw vanished(path)
  })
}

/**
 * Writes a whole file; returns false if the path exists already. Of several processes at once, exactly one succeeds.
 */
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

/** Creates a symbolic link, replacing an existing file or link. */
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

/** Creates a file; fails if the path exists. After a failure no incomplete file remains. */
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

/** FAT and some network file systems have no hard links: https://man7.org/linux/man-pages/man2/link.2.html. */
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
  return new Failure('refused', `${path} cannot be written: its folder or its temporary file was removed meanwhile`)
}
