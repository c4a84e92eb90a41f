import { isUtf8 } from 'node:buffer'
import { Failure } from '../core/failure.ts'

/** The longest line that any dialect takes, in bytes without its end. git documents 65535 with it. */
export const longestLine = 65_536

const LF = 0x0a
const CR = 0x0d
const NUL = 0x00

/**
 * The lines of a complete message: split on LF only, one CR before an LF dropped, the end of the input ends the last
 * line, an empty line ends the message. Bytes are looked at first: any other CR, a NUL, invalid UTF-8 or a line that
 * is too long is `malformed`, and nothing of it is repeated.
 */
export function messageLines(bytes: Uint8Array): readonly string[] {
  const lines: string[] = []
  const message = bytes.subarray(0, messageEnd(bytes) ?? bytes.length)
  checkBytes(message)
  for (let start = 0; start < message.length; ) {
    const end = message.indexOf(LF, start)
    const line = withoutCr(message.subarray(start, end < 0 ? message.length : end), end >= 0)
    if (line.length === 0) break
    lines.push(checkedLine(Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8'), line.length))
    start = end < 0 ? message.length : end + 1
  }
  return lines
}

/** Where the message ends before the input does: behind its first empty line. */
export function messageEnd(bytes: Uint8Array): number | undefined {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start)
    if (end < 0) return undefined
    if (end === start || (end === start + 1 && bytes[start] === CR)) return end + 1
    start = end + 1
  }
  return undefined
}

/** The whole input as one text. */
export function wholeText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw invalidUtf8()
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

/** Throws on what no line may hold. */
function checkBytes(bytes: Uint8Array): void {
  if (bytes.includes(NUL)) throw new Failure('malformed', 'the input has a NUL byte')
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) throw strayCr()
  }
  if (!isUtf8(bytes)) throw invalidUtf8()
}

/** Throws on a line that is too long, else gives it back. */
export function checkedLine(line: string, byteLength: number): string {
  if (byteLength > longestLine) throw new Failure('malformed', `a line of the input is over ${longestLine} bytes`)
  return line
}

/** A CR that no LF follows: some readers take it for the end of a line (CVE-2024-50338). */
export function strayCr(): Failure {
  return new Failure('malformed', 'the input has a carriage return inside a line')
}

export function invalidUtf8(): Failure {
  return new Failure('malformed', 'the input is not valid UTF-8')
}

function withoutCr(line: Uint8Array, ended: boolean): Uint8Array {
  return ended && line.at(-1) === CR ? line.subarray(0, -1) : line
}

/** One line of an input that goes on, without its end, under the same rules. */
export function lineIn(bytes: Uint8Array): string {
  checkBytes(bytes)
  const ended = bytes.at(-1) === LF
  const line = ended ? withoutCr(bytes.subarray(0, -1), true) : bytes
  return checkedLine(Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8'), line.length)
}
