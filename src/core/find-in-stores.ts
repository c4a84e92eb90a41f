import type { Found } from './credential.ts'
import { isCredential } from './credential.ts'
import { type Answer, type Lookup, select } from './selection.ts'
import type { Store } from './store.ts'

/** What the stores answer, asked in order; the notes in one speak about those after it, too. */
export async function findIn(
  stores: readonly Pick<Store, 'find'>[],
  lookup: Lookup,
  now: number,
): Promise<Answer | undefined> {
  const notes: Found[] = []
  for (const store of stores) {
    const found = await store.find(lookup.endpoints, lookup.account)
    const answer = select([...notes, ...found], lookup, now)
    if (answer !== undefined) return answer
    notes.push(...found.filter((item) => !isCredential(item)))
  }
  return undefined
}
