import type { Credential, Entry, Kind } from '../../core/credential.ts'
import { type Endpoint, parseAddress, withParents } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { base64Of, tokenOf } from '../authorization.ts'

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

/** Whether a manager could use this entry if it were shared (`credbridge share`). */
export function isForRegistries({ kind, endpoint }: Entry): boolean {
  return endpoint.form === 'address' && (registryKinds as readonly string[]).includes(kind)
}
