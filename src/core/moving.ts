import { type Entry, type Item, isCredential, samePlace, sameValue } from './credential.ts'
import { Failure } from './failure.ts'
import type { Store } from './store.ts'

/**
 * Moves what lies at one place from a store to another: copies, reads back, and only then removes. Whatever stops it,
 * one of the two has it. Nothing there: `false`. Something else at the place in the new store: `refused`.
 */
export async function moveItem(entry: Entry, from: Store, to: Store): Promise<boolean> {
  const item = await at(from, entry)
  if (item === undefined) return false
  const there = await at(to, item)
  if (there !== undefined && !equal(there, item)) {
    throw new Failure('refused', `the ${to.name} store has something else for ${item.endpoint.key}`, {
      hints: [`see both: credbridge list ${item.endpoint.key}`],
    })
  }
  if (there === undefined) await to.save(item)
  const kept = await at(to, item)
  if (kept === undefined || !equal(kept, item)) {
    throw new Failure('internal', `the ${to.name} store did not keep ${item.endpoint.key}; nothing was removed`)
  }
  await from.remove(item, isCredential(item) ? item.secret : undefined)
  return true
}

async function at(store: Store, place: Entry | Item): Promise<Item | undefined> {
  const items = await store.find([place.endpoint], place.account)
  return items.find((item) => samePlace(item, place))
}

function equal(a: Item, b: Item): boolean {
  if (isCredential(a)) return isCredential(b) && sameValue(a, b)
  return a.kind === b.kind
}
