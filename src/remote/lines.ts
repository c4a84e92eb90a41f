import { Failure } from '../core/failure.ts'
import { linesIn, longestLine } from '../system/lines.ts'

const LF = 0x0a

/**
 * Takes the bytes of a connection as they arrive, and returns the lines that are complete. `malformed` for what
 * system/lines.ts refuses, and as soon as an unfinished line is too long.
 */
export function lineTaker(): (bytes: Uint8Array) => readonly string[] {
  let unread = Buffer.alloc(0)
  return (bytes) => {
    const all = Buffer.concat([unread, bytes])
    const end = all.lastIndexOf(LF) + 1
    if (all.length - end > longestLine) throw new Failure('malformed', `a line is over ${longestLine} bytes`)
    unread = all.subarray(end)
    return end === 0 ? [] : linesIn(all.subarray(0, end))
  }
}

/** The bytes of one line. `too-large` if the other side would refuse it. */
export function lineOf(message: object): Uint8Array {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`)
  if (bytes.length <= longestLine) return bytes
  throw new Failure('too-large', `a request or an answer over a socket takes at most ${longestLine} bytes`)
}
