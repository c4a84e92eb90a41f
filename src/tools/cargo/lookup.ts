import type { Kind } from '../../core/credential.ts'
import { type Address, withParents } from '../../core/endpoint.ts'
import type { Removal } from '../../core/remove.ts'
import type { Answer, Lookup } from '../../core/selection.ts'
import { type Conversation, check, find } from '../dialect.ts'
import { addressIn, isSparse } from './index-address.ts'
import type { Request } from './message.ts'
import type { Home } from './places.ts'

export const tool = 'cargo'
export const kinds: readonly Kind[] = ['bearer', 'header', 'basic']

/*
 * Which credentials a registry gets. cargo sends a token wherever the index says: its `config.json` names the hosts for
 * archives and for the API. And strangers make cargo ask: a project's configuration or the manifest of a dependency can
 * name any index, such as a file in a repository at a host where the person has signed in.
 *
 * - at the index: cargo's own. Others', too, if the index is sparse: it is what they are for. An index in git is also a
 *   repository, whose sign-in is not for the API: only what is shared with cargo.
 * - above a sparse index, up to the origin: others', if the person's own configuration names this registry, or if they
 *   are shared with cargo. cargo's own there belong to other registries.
 */

export interface Registry {
  /** As cargo sends it. */
  readonly index: string
  readonly at: Address
  readonly isSparse: boolean
}

/** `undefined`: the index is at no address, and another provider may know it. */
export function registryOf({ index }: Request): Registry | undefined {
  const at = addressIn(index)
  return at && { index, at, isSparse: isSparse(index) }
}

export interface Found {
  readonly credential: Answer['credential']
  /** It was found above the index. */
  readonly isAbove: boolean
}

export function* findFor(home: Home, registry: Registry): Conversation<Found | undefined> {
  const exact = yield* find(exactly(registry))
  if (exact !== undefined) return { credential: exact.credential, isAbove: false }
  if (!registry.isSparse) return undefined
  const above = yield* find(withAbove(registry, !(yield* isPersons(home, registry))))
  if (above === undefined || above.credential.owner === tool) return undefined
  return { credential: above.credential, isAbove: true }
}

/** What a logout removes or ends: all that the registry gets. */
export function* removalsFor(home: Home, registry: Registry): Conversation<readonly Removal[]> {
  const { at, isSparse } = registry
  const exact = { tool, kinds, endpoint: at, sharedOnly: !isSparse }
  if (!isSparse) return [exact]
  const borrowedAt = withParents(at).slice(1)
  return [exact, { ...exact, borrowedAt, sharedOnly: !(yield* isPersons(home, registry)) }]
}

/** At the index itself. */
export function exactly({ at, isSparse }: Registry): Lookup {
  return { tool, kinds, endpoints: [at], oneAccount: true, sharedOnly: !isSparse }
}

/** At the index and above it, up to the origin. */
export function withAbove({ at }: Registry, sharedOnly: boolean): Lookup {
  return { tool, kinds, endpoints: withParents(at), sharedOnly }
}

function* isPersons(home: Home, { index }: Registry): Conversation<boolean> {
  let is = false
  yield* check(async () => {
    is = (await import('./registries.ts')).isPersons(home, index)
  })
  return is
}
