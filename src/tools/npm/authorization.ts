import type { Credential, Entry, Kind } from '../../core/credential.ts'
import { type Endpoint, parseAddress, withParents } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'

/** The kinds of credential that registries of JavaScript packages accept. */
export const registryKinds: readonly Kind[] = ['bearer', 'basic']

/** The endpoints of a sign-in for the registry, which is the only argument that pnpm and Yarn pass to our commands. */
export function placesOfRegistry(words: readonly string[]): readonly Endpoint[] {
  const [registry, ...more] = words
  if (registry === undefined || more.length > 0) throw new Failure('malformed', 'expected one argument, the registry')
  return withParents(parseAddress(registry))
}

/** The credential as in a manager's configuration: a token, or user name and password in base64. */
export function settingOf(credential: Credential): { readonly name: '_authToken' | '_auth'; readonly value: string } {
  if (credential.kind === 'bearer') return { name: '_authToken', value: tokenOf(credential) }
  return { name: '_auth', value: base64Of(credential) }
}

/** The complete value of the `Authorization` header. */
export function authorizationOf(credential: Credential): string {
  if (credential.kind === 'basic') return `Basic ${base64Of(credential)}`
  if (credential.kind === 'bearer') return `${credential.scheme ?? 'Bearer'} ${tokenOf(credential)}`
  if ((credential.scheme ?? '') !== '') return `${credential.scheme} ${tokenOf(credential)}`
  throw new Failure('malformed', `the credential for ${credential.endpoint.key} has no scheme to send`, {
    hints: [hint`save it again: credbridge set ${endpointWords(credential.endpoint)} --kind header --scheme <scheme>`],
  })
}

/** A header can contain only visible ASCII characters. npm and Bun cut or recode anything else. */
function tokenOf({ endpoint, secret }: Credential): string {
  const token = secret.expose()
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new Failure('malformed', `the token for ${endpoint.key} has characters that a header cannot contain`, {
    hints: [hint`save it again: credbridge set ${endpointWords(endpoint)} --kind bearer`],
  })
}

/** RFC 7617, 2: a colon ends the user name. */
function base64Of({ endpoint, account, secret }: Credential): string {
  if (!account.includes(':')) return Buffer.from(`${account}:${secret.expose()}`).toString('base64')
  throw new Failure(
    'malformed',
    `the user name for ${endpoint.key} has a colon, which Basic authentication does not allow`,
  )
}

/** Whether a manager could use this entry if it were shared (`credbridge share`). */
export function isForRegistries({ kind, endpoint }: Entry): boolean {
  return endpoint.form === 'address' && (registryKinds as readonly string[]).includes(kind)
}
