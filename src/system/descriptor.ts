import { fstatSync, readSync } from 'node:fs'

const longest = 64 * 1024

/**
 * What the file with this descriptor holds, from its beginning, so that many processes that inherit it can read it one
 * after the other. `undefined` if nothing is open there or it is no file: a pipe could be read once only, and for ever.
 */
export function readDescriptor(descriptor: number): string | undefined {
  const bytes = Buffer.alloc(longest)
  try {
    if (!fstatSync(descriptor).isFile()) return undefined
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, longest, 0))
  } catch {
    return undefined
  } finally {
    bytes.fill(0)
  }
}
