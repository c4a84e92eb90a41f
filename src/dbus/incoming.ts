import { unreadable } from './bytes.ts'
import { busRefused, otherBus } from './failures.ts'
import { lengthOf, type Received, readMessage } from './message.ts'

/** The bus answers the authentication with one line; it is as short as an identifier of 32 digits makes it. */
const longestLine = 256

/**
 * Takes what comes from the bus, in whatever pieces, and hands on each message once it is whole. The line that accepts
 * us comes before the first, with the bus's guid, which must be the one that its address says. Anything else is a failure.
 */
export function incoming(take: (message: Received) => void, guid?: string): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  let have = 0
  let need = 1
  let accepted = false

  /** How much of the start is used up; nothing of it: how much is needed before it is worth another look. */
  function use(bytes: Buffer): { used: number } | { need: number } {
    if (!accepted) return useLine(bytes)
    const length = lengthOf(bytes)
    if (length === undefined || length > bytes.length) return { need: length ?? bytes.length + 1 }
    take(readMessage(bytes.subarray(0, length)))
    return { used: length }
  }

  function useLine(bytes: Buffer): { used: number } | { need: number } {
    const end = bytes.indexOf('\r\n')
    if (end < 0 && bytes.length <= longestLine) return { need: bytes.length + 1 }
    const line = bytes.toString('latin1', 0, Math.max(end, 0))
    if (line.startsWith('REJECTED')) throw busRefused()
    if (!line.startsWith('OK ')) throw unreadable('does not begin as it should')
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
