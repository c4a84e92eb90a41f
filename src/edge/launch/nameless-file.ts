import { openSync, statfsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { createFile } from '../../system/create-file.ts'
import { randomHex } from '../../system/random.ts'

/** The read-only descriptor of a file in memory with this content. The file's name is removed already. */
export function namelessFile(content: string | Uint8Array): number {
  const path = join(folderInMemory(), `credbridge-${randomHex(16)}`)
  createFile(path, content, { durable: false })
  try {
    return openSync(path, 'r')
  } finally {
    unlinkSync(path)
  }
}

// TMPFS_MAGIC, RAMFS_MAGIC: https://man7.org/linux/man-pages/man2/statfs.2.html
const inMemory = [0x01021994, 0x858458f6]

function folderInMemory(): string {
  const folder = [process.env['XDG_RUNTIME_DIR'], '/dev/shm'].find((path) => path?.startsWith('/') && isInMemory(path))
  if (folder !== undefined) return folder
  throw new Failure('unavailable', 'there is no tmpfs for a file in memory: neither XDG_RUNTIME_DIR nor /dev/shm')
}

function isInMemory(path: string): boolean {
  try {
    return inMemory.includes(statfsSync(path).type)
  } catch {
    return false
  }
}
