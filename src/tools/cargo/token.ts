import type { Credential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { hint, placeWords } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'

/*
 * cargo sends a token as the complete value of the header `Authorization`: a registry that wants `Bearer …` has its
 * users put the word into the token.
 */

/** How a secret becomes a token: with `Bearer` before it, with its user name, or as it is. */
export type Form = 'bearer' | 'basic' | 'bare'

type Proof = Pick<Credential, 'kind' | 'secret' | 'scheme'>

/** What to store for a token of cargo's own. `tokenOf` makes the same token of it. */
export function proofOf(token: string): Proof {
  const space = token.indexOf(' ')
  const [scheme, secret] = [token.slice(0, Math.max(space, 0)), new Secret(token.slice(space + 1))]
  return scheme === 'Bearer' ? { kind: 'bearer', secret } : { kind: 'header', scheme, secret }
}

/** The token for a credential; with `Bearer` unless a form is given. A header is sent as it was saved in any case. */
export function tokenOf(credential: Credential, form?: Form): string {
  return sendable(written(credential, form), credential)
}

function written(credential: Credential, form: Form = 'bearer'): string {
  const { kind, account, secret, scheme } = credential
  const value = secret.expose()
  if (kind === 'header') return scheme === undefined || scheme === '' ? value : `${scheme} ${value}`
  if (form === 'bare') return value
  if (form === 'bearer') return `${scheme ?? 'Bearer'} ${value}`
  // RFC 7617, 2: a colon ends the user name.
  if (!account.includes(':')) return `Basic ${Buffer.from(`${account}:${value}`).toString('base64')}`
  throw new Failure('malformed', `the user name for ${credential.endpoint.key} has a colon`)
}

/** cargo sends printable ASCII and tabs only. */
function sendable(token: string, { endpoint, account }: Credential): string {
  if (token !== '' && isPrintable(token)) return token
  throw new Failure('malformed', `the token for ${endpoint.key} has characters that cargo cannot send`, {
    hints: [hint`to replace it: credbridge set ${placeWords(endpoint, account === '' ? undefined : account)}`],
  })
}

/** Whether cargo could send it. */
export function isPrintable(token: string): boolean {
  for (let at = 0; at < token.length; at++) {
    const code = token.charCodeAt(at)
    if (code !== 0x09 && (code < 0x20 || code > 0x7e)) return false
  }
  return true
}
