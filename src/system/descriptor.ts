import { fstatSync, readSync } from 'node:fs'

const longest = 64 * 1024

/**
 * The text of the file open at this descriptor. Always reads from the start of the file, so that several processes can
 * inherit the descriptor and read it. `undefined` if the descriptor is not open or is not a regular file: a pipe can be
 * read only once, and may block for ever.
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
