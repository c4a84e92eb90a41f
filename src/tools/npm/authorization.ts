import type { Credential, Entry, Kind } from '../../core/credential.ts'
import { type Endpoint, parseAddress, withParents } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { base64Of, tokenOf } from '../authorization.ts'

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

/** Whether a manager could be given this entry (`credbridge share`). */
export function isForRegistries({ kind, endpoint }: Entry): boolean {
  return endpoint.form === 'address' && (registryKinds as readonly string[]).includes(kind)
}
