import { existsSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../core/failure.ts'
import { type Attributes, createFile, writeNew } from './create-file.ts'
import { discard } from './discard.ts'
import { linkFile, moveFile, syncFolder } from './disk.ts'
import { codeOf, onDisk } from './disk-failure.ts'
import { nameBeside, removeLeftovers } from './leftovers.ts'

/*
 * Atomic writes: whenever the process dies, the file exists whole or not at all. The steps are: write a temporary file
 * in the same folder, fsync it, rename or link it, fsync the folder. The temporary file has mode 0600 from the start.
 * Owner and mode are set on its descriptor, because the owner of the folder could replace its name by a link to another
 * file.
 */

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
