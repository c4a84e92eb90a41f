import { Buffer } from './buffer.ts'

/* https://nodejs.org/api/string_decoder.html, for UTF-8. */

export class StringDecoder {
  #kept = Buffer.alloc(0)

  /** The text of the complete characters. The rest waits for more bytes. */
  write(bytes: Uint8Array): string {
    const all = Buffer.concat([this.#kept, bytes])
    const whole = all.length - unfinished(all)
    this.#kept = all.subarray(whole)
    return all.toString('utf8', 0, whole)
  }
}

/** The number of bytes at the end that begin an incomplete character. */
function unfinished(bytes: Uint8Array): number {
  for (let count = 1; count <= Math.min(3, bytes.length); count++) {
    const byte = bytes[bytes.length - count] ?? 0
    if (byte >= 0xc0) return count < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? count : 0
    if (byte < 0x80) return 0
  }
  return 0
}
