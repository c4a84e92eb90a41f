import { closeSync, constants, fchmodSync, fchownSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { discard } from './discard.ts'
import { onDisk } from './disk-failure.ts'

export interface Attributes {
  /** 0600 if absent. */
  readonly mode?: number
  /** The writing user if absent. Only root can give files away. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** The file need not survive a power cut, so fsync is skipped. */
  readonly durable?: false
}

/** Creates a file; fails if the path exists. After a failure no incomplete file remains. */
export function createFile(path: string, content: string | Uint8Array, attributes?: Attributes): void {
  onDisk(path, () => writeNew(path, content, attributes))
}

/** The same; system errors are thrown. */
export function writeNew(path: string, content: string | Uint8Array, { mode, owner, durable }: Attributes = {}): void {
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
