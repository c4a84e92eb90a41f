import type { Credential } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint } from '../core/hint.ts'
import { isPrintableWord } from '../core/printable-word.ts'

/**
 * The complete value of the `Authorization` header. `user`: the user name to send with a password; absent: the account.
 * `malformed` if a header cannot contain the secret.
 */
export function authorizationOf(credential: Credential, user?: string): string {
  if (credential.kind === 'basic') return `Basic ${base64Of(credential, user)}`
  const scheme = credential.scheme ?? (credential.kind === 'bearer' ? 'Bearer' : '')
  if (isPrintableWord(scheme)) return `${scheme} ${tokenOf(credential)}`
  throw new Failure('malformed', `the credential for ${credential.endpoint.key} has no scheme to send`, {
    hints: [hint`save it again: credbridge set ${endpointWords(credential.endpoint)} --kind header --scheme <scheme>`],
  })
}

/** The token alone. A header can contain only visible ASCII characters. npm and Bun cut or recode anything else. */
export function tokenOf({ endpoint, secret }: Credential): string {
  const token = secret.expose()
  if (isPrintableWord(token)) return token
  throw new Failure('malformed', `the token for ${endpoint.key} has characters that a header cannot contain`, {
    hints: [hint`save it again: credbridge set ${endpointWords(endpoint)} --kind bearer`],
  })
}

/** User name and password in base64. RFC 7617, 2: a colon ends the user name. */
export function base64Of({ endpoint, account, secret }: Credential, user = account): string {
  if (!user.includes(':')) return Buffer.from(`${user}:${secret.expose()}`).toString('base64')
  throw new Failure(
    'malformed',
    `the user name for ${endpoint.key} has a colon, which Basic authentication does not allow`,
  )
}
