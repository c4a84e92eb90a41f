import { isUtf8 } from 'node:buffer'
import { Failure } from '../core/failure.ts'

/*
 * How the bytes of a client become text, in all protocols. Only LF ends a line; one CR before it is dropped. Any other
 * CR, a NUL, invalid UTF-8 or a line that is too long is `malformed`. No failure repeats any part of the input.
 */

/** The longest line that any dialect accepts, in bytes without the line end. git documents 65535 including it. */
export const longestLine = 65_536

const LF = 0x0a
const CR = 0x0d
const NUL = 0x00

/** The whole input as one text. It must be UTF-8 and is not checked otherwise. */
export function wholeText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new Failure('malformed', 'the input is not valid UTF-8')
  return textOf(bytes)
}

/** The lines of an input, without line ends. The last line needs none. */
export function linesIn(bytes: Uint8Array): readonly string[] {
  checkBytes(bytes)
  const lines: string[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start)
    const line = bytes.subarray(start, end < 0 ? bytes.length : end)
    const text = end >= 0 && line.at(-1) === CR ? line.subarray(0, -1) : line
    if (text.length > longestLine) throw new Failure('malformed', `a line of the input is over ${longestLine} bytes`)
    lines.push(textOf(text))
    start = end < 0 ? bytes.length : end + 1
  }
  return lines
}

function checkBytes(bytes: Uint8Array): void {
  if (bytes.includes(NUL)) throw new Failure('malformed', 'the input has a NUL byte')
  // Some readers treat a lone CR as a line end (CVE-2024-50338).
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) throw new Failure('malformed', 'the input has a carriage return inside a line')
  }
  if (!isUtf8(bytes)) throw new Failure('malformed', 'the input is not valid UTF-8')
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}
