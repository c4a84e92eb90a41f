import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Random bytes in hexadecimal. Where the system hands them out as a file, `node:crypto` need not load (3 to 5 ms). */
export function randomHex(count: number): string {
  const bytes = new Uint8Array(count)
  if (!fromSystem(bytes)) globalThis.crypto.getRandomValues(bytes)
  return Buffer.from(bytes).toString('hex')
}

/** Whether there are only hexadecimal digits in it. No regular expression: bench/NOTES.md says what the first one costs. */
export function isHex(text: string): boolean {
  for (const character of text) if (!'0123456789abcdef'.includes(character)) return false
  return true
}

/** On Windows anybody may make a plain file of that name. */
function fromSystem(bytes: Uint8Array): boolean {
  try {
    const fd = openSync('/dev/urandom', 'r')
    try {
      return fstatSync(fd).isCharacterDevice() && readSync(fd, bytes) === bytes.length
    } finally {
      closeSync(fd)
    }
  } catch {
    return false
  }
}
