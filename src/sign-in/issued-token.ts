import { Failure } from '../core/failure.ts'
import { isPrintableWord } from '../core/printable-word.ts'
import { Secret } from '../core/secret.ts'
import type { IssuedToken } from '../core/token.ts'
import { unprintable } from '../core/unprintable.ts'

/** What a token endpoint answers, as far as it counts. */
export interface TokenAnswer {
  readonly access_token: string
  readonly refresh_token?: string | undefined
  readonly expires_in?: number | undefined
}

/** Ten years. What lasts longer is a mistake, or an attempt to overflow a clock. */
const longest = 10 * 365 * 86_400

/**
 * Reads what a token endpoint issued. `asked` is when it was asked, in milliseconds since 1970: the lifetime begins then.
 * `malformed` if no protocol can carry the token, or if it has ended already.
 */
export function issuedToken(host: string, answer: TokenAnswer, asked: number): IssuedToken {
  const { access_token, refresh_token, expires_in } = answer
  if (expires_in !== undefined && !(expires_in >= 1 && expires_in <= longest)) {
    const says = expires_in > longest ? 'lasts for more than ten years' : 'has already ended'
    throw new Failure('malformed', `${host} sent a token that ${says}, nothing was kept`)
  }
  return {
    accessToken: tokenText(host, access_token),
    ...(refresh_token === undefined ? {} : { refreshToken: tokenText(host, refresh_token) }),
    ...(expires_in === undefined ? {} : { expires: Math.floor(asked / 1000 + expires_in) }),
  }
}

/** In bytes. Tokens of all known providers are far smaller. */
const longestToken = 64 * 1024

/** Whether it is a token as RFC 6749, appendix A.12 has it: printable ASCII without a space. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestToken && isPrintableWord(value)
}

/** The token; `malformed` if it is none. */
export function tokenText(host: string, text: string): Secret {
  if (isToken(text)) return new Secret(text)
  throw new Failure('malformed', `${host} sent a token with a character that no tool can send, nothing was kept`)
}

/** In characters. OpenID Connect Core, 2 has the same limit for a subject. */
const longestName = 255

/** The name of an account. One that a terminal or a file of lines cannot show as it is, or an endless one, is `malformed`. */
export function accountName(host: string, text: string): string {
  if (text.length <= longestName && text.search(unprintable) < 0) return text
  throw new Failure('malformed', `${host} sent a name of an account that cannot be kept, nothing was kept`)
}

/** The scopes in an answer. Some servers separate them by commas. */
export function scopesIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s,]+/).filter((scope) => scope !== '')
}
