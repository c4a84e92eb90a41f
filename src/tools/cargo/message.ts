import { Failure } from '../../core/failure.ts'
import { isObject, type Members, objectIn } from '../../core/record.ts'

/*
 * cargo's credential-provider protocol, version 1: one JSON object on each line, which Rust's serde reads and writes.
 * https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html
 */

/** The first line that a provider prints: the versions that it speaks. */
export const hello = '{"v":[1]}\n'

export interface Request {
  /** `get`, `login`, `logout`, or a word of a later cargo. */
  readonly kind: string
  /** The address of the index, as the registry is configured. */
  readonly index: string
  /** The name in cargo's configuration. A project may choose it. */
  readonly name: string | undefined
  /** With `login`: what the person has typed or piped already. */
  readonly token: string | undefined
  /** With `login`: where the registry says that tokens are made. */
  readonly loginUrl: string | undefined
  /** Words from cargo's configuration and command line. */
  readonly words: readonly string[]
}

/** Reads one line. What is not a request of version 1 is `malformed` or `unsupported`. Unknown members are ignored. */
export function readRequest(line: string): Request {
  const message = objectIn(line)
  if (message === undefined) throw new Failure('malformed', 'the request is not a JSON object')
  if (message['v'] !== 1) throw new Failure('unsupported', 'the request is not of version 1 of the protocol')
  const registry = message['registry']
  const index = isObject(registry) ? textIn(registry, 'index-url') : undefined
  if (!isObject(registry) || index === undefined) throw new Failure('malformed', 'the request names no registry')
  const kind = textIn(message, 'kind')
  if (kind === undefined) throw new Failure('malformed', 'the request has no kind')
  const words = Array.isArray(message['args']) ? message['args'] : []
  return {
    kind,
    index,
    name: textIn(registry, 'name'),
    token: textIn(message, 'token'),
    loginUrl: textIn(message, 'login-url'),
    words: words.filter((word) => typeof word === 'string'),
  }
}

/** A member that may be missing or null. Anything else but a text is `malformed`. */
function textIn(members: Members, name: string): string | undefined {
  const value = members[name] ?? undefined
  if (value === undefined || (typeof value === 'string' && value.isWellFormed())) return value
  throw new Failure('malformed', `the ${name} of the request is not a text`)
}

/** The answer to `get`. `expires` is in seconds since 1970: cargo asks again one minute before. */
export function printToken(token: string, expires: number | undefined): string {
  const cache = expires === undefined ? { cache: 'session' } : { cache: 'expires', expiration: Math.floor(expires) }
  return printed({ Ok: { kind: 'get', token, ...cache, operation_independent: true } })
}

/** The answer to `login` and `logout`. */
export function printDone(kind: 'login' | 'logout'): string {
  return printed({ Ok: { kind } })
}

/** With the first two cargo goes on to its next provider. The third ends its command. */
export type NoAnswer = 'not-found' | 'url-not-supported' | 'operation-not-supported'

export function printNoAnswer(kind: NoAnswer): string {
  return printed({ Err: { kind } })
}

/** What is broken, which ends cargo's command. cargo shows the text. */
export function printBroken(text: string): string {
  return printed({ Err: { kind: 'other', message: text.trimEnd(), 'caused-by': [] } })
}

function printed(message: object): string {
  return `${JSON.stringify(message)}\n`
}
