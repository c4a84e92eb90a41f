import { Failure } from '../../core/failure.ts'
import { linesIn } from '../../system/lines.ts'
import { partsOfUrl } from './url.ts'

/*
 * git's credential protocol (gitcredentials(7), git-credential(1)). git sends lines `key=value`, ended by an empty line
 * or the end of its input. The helper answers in the same form. Nothing is quoted, so a value can hold anything but LF
 * and NUL. A CR is refused as well (CVE-2024-52006), except one before each LF.
 */

/** A message from git. Keys that git did not send are absent. `username=` is the empty string. */
export interface Message {
  protocol?: string
  host?: string
  path?: string
  username?: string
  password?: string
  authtype?: string
  credential?: string
  ephemeral?: boolean
  /** Seconds since 1970; absent for never. */
  expires?: number
  refreshToken?: string
  /** The capabilities that the client announced, such as `authtype` and `state`. */
  capabilities: string[]
  /** Values that helpers sent for their own use, each prefixed with the helper's name. */
  state: string[]
}

/** Applies each known key to the message. Other keys are ignored. */
const keys: Readonly<Record<string, (message: Message, value: string) => Message>> = {
  protocol: (message, protocol) => ({ ...message, protocol }),
  host: (message, host) => ({ ...message, host }),
  path: (message, path) => ({ ...message, path }),
  username: (message, username) => ({ ...message, username }),
  password: (message, password) => ({ ...message, password }),
  authtype: (message, authtype) => ({ ...message, authtype }),
  credential: (message, credential) => ({ ...message, credential }),
  oauth_refresh_token: (message, refreshToken) => ({ ...message, refreshToken }),
  // Discards all earlier keys, as git's credential_from_url does.
  url: (_, url) => ({ capabilities: [], state: [], ...partsOfUrl(url) }),
  'capability[]': (message, value) => ({ ...message, capabilities: listAfter(message.capabilities, value) }),
  'state[]': (message, value) => ({ ...message, state: listAfter(message.state, value) }),
  ephemeral: (message, value) => ({ ...message, ephemeral: gitBoolean(value) }),
  password_expiry_utc: ({ expires: _, ...message }, value) => {
    const seconds = /^[0-9]{1,15}$/.test(value) ? Number(value) : 0
    return seconds > 0 ? { ...message, expires: seconds } : message
  },
}

/** Reads a message. A line without a key is `malformed`. */
export function readMessage(bytes: Uint8Array): Message {
  let message: Message = { capabilities: [], state: [] }
  for (const line of linesIn(bytes.subarray(0, messageEnd(bytes)))) {
    if (line === '') break
    const equals = line.indexOf('=')
    if (equals < 1) throw new Failure('malformed', 'a line of the request is not of the form key=value')
    const key = line.slice(0, equals)
    if (Object.hasOwn(keys, key)) message = keys[key]?.(message, line.slice(equals + 1)) ?? message
  }
  return message
}

/** Returns the position after the first empty line; `undefined` if there is none. */
export function messageEnd(bytes: Uint8Array): number | undefined {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LF, start)
    if (end < 0) return undefined
    if (end === start || (end === start + 1 && bytes[start] === CR)) return end + 1
    start = end + 1
  }
  return undefined
}

const LF = 0x0a
const CR = 0x0d

/** Prints `key=value` lines in the given order, without absent ones. A value with a line break or NUL: `malformed`. */
export function printMessage(values: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([key, value]) => [value ?? []].flat().map((one) => [key, one] as const))
  return pairs.map(([key, value]) => `${key}=${carried(value)}\n`).join('')
}

function carried(value: string): string {
  if (!value.includes('\n') && !value.includes('\r') && !value.includes('\0')) return value
  throw new Failure('malformed', 'the stored value has a line break or a NUL, which cannot be sent to git')
}

/** An empty value empties the list: git-credential(1). */
function listAfter(list: string[], value: string): string[] {
  return value === '' ? [] : [...list, value]
}

/** git-config(1), "boolean". */
function gitBoolean(value: string): boolean {
  const word = value.toLowerCase()
  if (['1', 'true', 'yes', 'on'].includes(word)) return true
  if (['0', 'false', 'no', 'off', ''].includes(word)) return false
  throw new Failure('malformed', 'a boolean of the request is neither true nor false')
}
