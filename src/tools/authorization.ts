import { isPrintableWord } from '../core/characters.ts'
import type { Credential } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint } from '../core/hint.ts'

/**
 * The complete value of the header `Authorization`. `user`: the user name to send with a password; absent: the account.
 * `malformed` if no header can carry what is stored.
 */
export function authorizationOf(credential: Credential, user?: string): string {
  if (credential.kind === 'basic') return `Basic ${base64Of(credential, user)}`
  const scheme = credential.scheme ?? (credential.kind === 'bearer' ? 'Bearer' : '')
  if (isPrintableWord(scheme)) return `${scheme} ${tokenOf(credential)}`
  throw new Failure('malformed', `what is stored for ${credential.endpoint.key} has no scheme that could be sent`, {
    hints: [hint`save it anew: credbridge set ${endpointWords(credential.endpoint)} --kind header --scheme <scheme>`],
  })
}

/** The token alone. A header carries visible characters of ASCII only; npm and Bun cut or recode anything else. */
export function tokenOf({ endpoint, secret }: Credential): string {
  const token = secret.expose()
  if (isPrintableWord(token)) return token
  throw new Failure('malformed', `the token for ${endpoint.key} has characters that no header carries`, {
    hints: [hint`save it anew: credbridge set ${endpointWords(endpoint)} --kind bearer`],
  })
}

/** User name and password in base64. RFC 7617, 2: a colon ends the user name. */
export function base64Of({ endpoint, account, secret }: Credential, user = account): string {
  if (!user.includes(':')) return Buffer.from(`${user}:${secret.expose()}`).toString('base64')
  throw new Failure('malformed', `the user name for ${endpoint.key} has a colon, which ends a user name on the wire`)
}
