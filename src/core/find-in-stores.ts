import type { StoredItem } from './credential.ts'
import { isNote } from './credential.ts'
import type { Hear } from './decision.ts'
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
 * answers with its kept result, whether or not that is still good. `hear` receives what each rule left out.
 */
export async function findIn(
  stores: readonly Read[],
  lookup: Lookup,
  now: number,
  hear?: Hear,
): Promise<Found | undefined> {
  const notes: StoredItem[] = []
  for (const [position, read] of stores.entries()) {
    const found = await read(lookup.endpoints, accountToRead(lookup))
    const hearHere: Hear | undefined = hear && ((step) => hear({ ...step, store: position }))
    const answer = select([...notes, ...found], lookup, now, hearHere)
    if (answer !== undefined) return { answer, position }
    notes.push(...found.filter(isNote))
  }
  return undefined
}
