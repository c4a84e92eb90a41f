import type { StoredItem } from './credential.ts'
import { isNote } from './credential.ts'
import type { Endpoint } from './endpoint.ts'
import { type Answer, accountToRead, type Lookup, select } from './selection.ts'

/** `find` of one store, for one asker (core/store.ts). */
export type Read = (endpoints: readonly Endpoint[], account?: string) => Promise<readonly StoredItem[]>

/** An answer, and the position of the store that it is from. */
export interface Found {
  readonly answer: Answer
  readonly position: number
}

/**
 * The answer of the first store that has one. Notes in a store also apply to the stores after it. A minted credential
 * answers with its kept result, whether or not that is still good.
 */
export async function findIn(stores: readonly Read[], lookup: Lookup, now: number): Promise<Found | undefined> {
  const notes: StoredItem[] = []
  for (const [position, read] of stores.entries()) {
    const found = await read(lookup.endpoints, accountToRead(lookup))
    const answer = select([...notes, ...found], lookup, now)
    if (answer !== undefined) return { answer, position }
    notes.push(...found.filter(isNote))
  }
  return undefined
}
