import type { Credential, Entry, Kind } from '../../core/credential.ts'
import { type Endpoint, parseAddress, withParents } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { endpointWords, hint } from '../../core/hint.ts'

/** What registries of JavaScript packages understand. */
export const registryKinds: readonly Kind[] = ['bearer', 'basic']

/** Where a sign-in for the registry may lie, which is the only word that pnpm and Yarn give our commands. */
export function placesOfRegistry(words: readonly string[]): readonly Endpoint[] {
  const [registry, ...more] = words
  if (registry === undefined || more.length > 0) throw new Failure('malformed', 'the only word is the registry')
  return withParents(parseAddress(registry))
}

/** What a manager's configuration carries: a token as it is, or a user name and password in base64. */
export function settingOf(credential: Credential): { readonly name: '_authToken' | '_auth'; readonly value: string } {
  if (credential.kind === 'bearer') return { name: '_authToken', value: tokenOf(credential) }
  return { name: '_auth', value: base64Of(credential) }
}

/** The complete value of the header `Authorization`. */
export function authorizationOf(credential: Credential): string {
  if (credential.kind === 'basic') return `Basic ${base64Of(credential)}`
  if (credential.kind === 'bearer') return `${credential.scheme ?? 'Bearer'} ${tokenOf(credential)}`
  if ((credential.scheme ?? '') !== '') return `${credential.scheme} ${tokenOf(credential)}`
  throw new Failure('malformed', `what is stored for ${credential.endpoint.key} has no scheme that could be sent`, {
    hints: [hint`save it anew: credbridge set ${endpointWords(credential.endpoint)} --kind header --scheme <scheme>`],
  })
}

/** A header carries visible characters of ASCII only; npm and Bun cut or recode anything else. */
function tokenOf({ endpoint, secret }: Credential): string {
  const token = secret.expose()
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new Failure('malformed', `the token for ${endpoint.key} has characters that no header carries`, {
    hints: [hint`save it anew: credbridge set ${endpointWords(endpoint)} --kind bearer`],
  })
}

/** RFC 7617, 2: a colon ends the user name. */
function base64Of({ endpoint, account, secret }: Credential): string {
  if (!account.includes(':')) return Buffer.from(`${account}:${secret.expose()}`).toString('base64')
  throw new Failure('malformed', `the user name for ${endpoint.key} has a colon, which ends a user name on the wire`)
}

/** Whether a manager could be given this entry (`credbridge share`). */
export function isForRegistries({ kind, endpoint }: Entry): boolean {
  return endpoint.form === 'address' && (registryKinds as readonly string[]).includes(kind)
}
