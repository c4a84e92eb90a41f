import type { Message } from './message.ts'

/*
 * After every fetch git stores the answer that it got. A checksum in `state[]` (git 2.46) of our own answer comes back
 * with that store. If it matches the complete credential, no lookup is needed. It does not protect anything: only git
 * can read or forge it, and git has the password itself. It must cover everything that is stored: a mere flag once lost
 * other helpers' credentials (git commit 4580bcd235).
 */

const mark = 'credbridge:seen='

/** Everything that git stores of a credential. Missing parts are absent or `undefined`. */
interface Stored {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly authtype?: string | undefined
  readonly credential?: string | undefined
  readonly expires?: number | undefined
  readonly refreshToken?: string | undefined
}

/** The value of `state[]` that marks this credential as our answer. */
export function answerChecksum(stored: Stored): string {
  const { username, password, authtype, credential, expires, refreshToken } = stored
  return mark + checksum(JSON.stringify([username, password, authtype, credential, expires, refreshToken]))
}

/** Whether the message repeats our own answer unchanged. */
export function isOurAnswer(message: Message): boolean {
  return message.state.includes(answerChecksum(message))
}

/** FNV-1a in two lanes of 32 bits. */
function checksum(text: string): string {
  let [low, high] = [0x811c9dc5, 0xcbf29ce4]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit ^ (low >>> 13), 0x01000197)
  }
  return [low, high].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
}
