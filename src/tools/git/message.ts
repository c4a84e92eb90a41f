import { Failure } from '../../core/failure.ts'

/*
 * git's credential protocol (gitcredentials(7), git-credential(1)). git speaks first: lines `key=value`, ended by an
 * empty line or the end of its input; the helper answers in the same form. Nothing is quoted, so a value can hold
 * anything but LF and NUL, and CR is refused as well (CVE-2024-52006).
 */

/** What git said. Keys that it did not send are absent; `username=` is the empty text. */
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
  /** What the client understands of `authtype` and `state`. */
  capabilities: string[]
  /** What helpers wrote for themselves, each beginning with its helper's name. */
  state: string[]
}

const texts: Readonly<
  Record<string, 'protocol' | 'host' | 'path' | 'username' | 'password' | 'authtype' | 'credential' | 'refreshToken'>
> = {
  protocol: 'protocol',
  host: 'host',
  path: 'path',
  username: 'username',
  password: 'password',
  authtype: 'authtype',
  credential: 'credential',
  oauth_refresh_token: 'refreshToken',
}

/** Reads a message. Unknown keys are ignored; a line without a key is `malformed`. */
export function readMessage(lines: readonly string[]): Message {
  let message: Message = { capabilities: [], state: [] }
  for (const line of lines) {
    const equals = line.indexOf('=')
    if (equals < 1) throw new Failure('malformed', 'a line of the request is not of the form key=value')
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)]
    const name = texts[key]
    if (name !== undefined && Object.hasOwn(texts, key)) message[name] = value
    else if (key === 'url') message = fromUrl(value)
    else if (key === 'capability[]') message.capabilities = value === '' ? [] : [...message.capabilities, value]
    else if (key === 'state[]') message.state = value === '' ? [] : [...message.state, value]
    else if (key === 'ephemeral') message.ephemeral = gitBoolean(value)
    else if (key === 'password_expiry_utc') setExpiry(message, value)
  }
  return message
}

/** Prints `key=value` lines in the order given, absent ones left out; a value that the wire cannot carry is `malformed`. */
export function printMessage(values: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const pairs = Object.entries(values).flatMap(([key, value]) => [value ?? []].flat().map((one) => [key, one] as const))
  return pairs.map(([key, value]) => `${key}=${carried(value)}\n`).join('')
}

function carried(value: string): string {
  if (!value.includes('\n') && !value.includes('\r') && !value.includes('\0')) return value
  throw new Failure('malformed', 'what is stored has a line break or a NUL, which git cannot be told', {
    hints: ['credbridge list shows what it is'],
  })
}

/** As git's credential_from_url: what was read before is forgotten, all parts are percent-decoded. */
function fromUrl(url: string): Message {
  const colon = url.indexOf('://')
  if (colon < 1) throw new Failure('malformed', 'the url of the request has no scheme')
  const rest = url.slice(colon + 3)
  const ends = ['/', '?', '#'].map((mark) => rest.indexOf(mark)).filter((end) => end >= 0)
  const authority = rest.slice(0, Math.min(rest.length, ...ends))
  const tail = rest.slice(authority.length)
  const at = authority.lastIndexOf('@')
  const path = trimSlashes(decode(tail))
  return {
    capabilities: [],
    state: [],
    protocol: url.slice(0, colon),
    host: decode(authority.slice(at + 1)),
    ...(at < 0 ? {} : userInfo(authority.slice(0, at))),
    ...(path === '' ? {} : { path }),
  }
}

function userInfo(text: string): { username: string; password?: string } {
  const colon = text.indexOf(':')
  if (colon < 0) return { username: decode(text) }
  return { username: decode(text.slice(0, colon)), password: decode(text.slice(colon + 1)) }
}

function decode(text: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(text)
  } catch {
    throw new Failure('malformed', 'the url of the request is not valid')
  }
  if (/[\r\n\0]/.test(decoded)) throw new Failure('malformed', 'the url of the request has a line break or a NUL')
  return decoded
}

function trimSlashes(path: string): string {
  let [start, end] = [0, path.length]
  while (path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  return path.slice(start, end)
}

function setExpiry(message: Message, value: string): void {
  const seconds = /^[0-9]{1,15}$/.test(value) ? Number(value) : 0
  if (seconds > 0) message.expires = seconds
  else delete message.expires
}

/** git-config(1), "boolean". */
function gitBoolean(value: string): boolean {
  const word = value.toLowerCase()
  if (['1', 'true', 'yes', 'on'].includes(word)) return true
  if (['0', 'false', 'no', 'off', ''].includes(word)) return false
  throw new Failure('malformed', 'a boolean of the request is neither true nor false')
}
