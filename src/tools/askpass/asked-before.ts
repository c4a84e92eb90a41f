import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Machine } from '../tool.ts'

const most = 32

/**
 * Whether this process has asked in these words before, and remembers that it has. ssh repeats its prompt if the answer
 * was wrong. The file names no host and no key. A memory that cannot be written is none.
 */
export function askedBefore(
  { files, folders }: Pick<Machine, 'files' | 'folders'>,
  asker: { readonly id: number; readonly started: string },
  prompt: string,
): boolean {
  const file = join(folders.state, 'asked-by-ssh')
  const hash = createHash('sha256')
    .update(JSON.stringify([asker.id, asker.started, prompt]))
    .digest('hex')
  try {
    const before = (files.read(file) ?? '').split('\n').filter((line) => line !== '')
    if (before.includes(hash)) return true
    const lines = [...before.slice(1 - most), hash]
    files.write(file, lines.map((line) => `${line}\n`).join(''))
  } catch {}
  return false
}
