import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Random bytes in hexadecimal. Reads /dev/urandom where it exists, because loading `node:crypto` takes 3 to 5 ms. */
export function randomHex(count: number): string {
  const bytes = new Uint8Array(count)
  if (!fromSystem(bytes)) globalThis.crypto.getRandomValues(bytes)
  return Buffer.from(bytes).toString('hex')
}

/** Whether all characters are lower-case hexadecimal digits. */
export function isHex(text: string): boolean {
  return /^[0-9a-f]*$/.test(text)
}

/** Returns false if there is no such device. On Windows any user may create a regular file of that name. */
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
