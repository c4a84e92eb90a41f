import { unreadable } from './bytes.ts'
import { busRefused, otherBus } from './failures.ts'
import { lengthOf, type Received, readMessage } from './message.ts'

/** In bytes. The bus answers the authentication with one line: `OK` and a guid of 32 digits. */
const longestLine = 256

/**
 * Returns a function that receives the bytes from the bus, in pieces of any size, and passes on each complete message.
 * The bus first sends a line that accepts the authentication. If `guid` is given, the line must contain it. Invalid
 * bytes are a failure.
 */
export function incoming(take: (message: Received) => void, guid?: string): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let have = 0
  let need = 1
  let accepted = false

  /** Handles the line or message at the start. `used`: its length. `need`: it is incomplete below this many bytes. */
  function use(bytes: Buffer): { used: number } | { need: number } {
    if (!accepted) return useLine(bytes)
    const length = lengthOf(bytes)
    if (length === undefined || length > bytes.length) return { need: length ?? bytes.length + 1 }
    take(readMessage(length === bytes.length ? bytes : bytes.subarray(0, length)))
    return { used: length }
  }

  function useLine(bytes: Buffer): { used: number } | { need: number } {
    const end = bytes.indexOf('\r\n')
    if (end < 0 && bytes.length <= longestLine) return { need: bytes.length + 1 }
    const line = bytes.toString('latin1', 0, Math.max(end, 0))
    if (line.startsWith('REJECTED')) throw busRefused()
    if (!line.startsWith('OK ')) throw unreadable('is not a valid answer to the authentication')
    if (guid !== undefined && line.slice('OK '.length).trim() !== guid) throw otherBus()
    accepted = true
    return { used: end + 2 }
  }

  return (chunk) => {
    parts.push(chunk)
    have += chunk.length
    if (have < need) return
    let rest = parts.length === 1 ? chunk : Buffer.concat(parts, have)
    need = 1
    while (rest.length >= need) {
      const done = use(rest)
      if ('used' in done) rest = rest.subarray(done.used)
      need = 'used' in done ? 1 : done.need
    }
    parts = [rest]
    have = rest.length
  }
}
