import type { Asker } from './asker.ts'
import { type Entry, type Item, isUnknown, type Place, samePlace, secretOf } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { sameStored } from './item.ts'
import type { Store } from './store.ts'

/**
 * Moves what lies at one place from a store to another: copies, reads back, and only then removes. Whatever stops it,
 * one of the two has it. Nothing there, or gone meanwhile: `false`. Something else at the place in the new store, or
 * another value in the old one meanwhile: `refused`.
 */
export async function moveItem(asker: Asker, entry: Entry, from: Store, to: Store): Promise<boolean> {
  const found = await at(asker, from, entry)
  if (found === undefined) return false
  // Of what a later version wrote only the store may know the kind.
  const item = isUnknown(found) ? { ...found, kind: entry.kind } : found
  const { key } = item.endpoint
  const there = await at(asker, to, item)
  if (there !== undefined && !sameStored(there, item)) {
    throw new Failure('refused', `the ${to.name} store has something else for ${key}`, {
      hints: [hint`see both: CREDBRIDGE_STORE=${to.name} credbridge list ${endpointWords(item.endpoint)}`],
    })
  }
  const copied = there === undefined ? await copy(asker, item, to) : undefined
  if (await from.remove(asker, item, secretOf(item))) {
    await stillThere(asker, item, from, to)
    return true
  }
  if (copied !== undefined) await to.remove(asker, copied, secretOf(copied))
  if ((await at(asker, from, item)) === undefined) return false
  throw new Failure('refused', `${key} was changed while it was moved`, { hints: [hint`move it again`] })
}

/** Saves the item; what the store keeps of it, spelled as it spells it. */
async function copy(asker: Asker, item: Item, to: Store): Promise<Item> {
  await to.save(asker, item)
  const kept = await at(asker, to, item)
  if (kept !== undefined && sameStored(kept, item)) return kept
  throw new Failure('internal', `the ${to.name} store did not keep ${item.endpoint.key}; nothing was removed`)
}

/** Two stores may be two ways to one keyring: then what was removed from the one is gone from the other, too. */
async function stillThere(asker: Asker, item: Item, from: Store, to: Store): Promise<void> {
  if ((await at(asker, to, item)) !== undefined) return
  await copy(asker, item, to)
  const { key } = item.endpoint
  if ((await at(asker, from, item)) === undefined) return
  throw new Failure('refused', `the ${from.name} and the ${to.name} store keep ${key} in one place: it stays there`)
}

async function at(asker: Asker, store: Store, place: Place): Promise<Item | undefined> {
  const items = await store.find(asker, [place.endpoint], place.account)
  return items.find((item) => samePlace(item, place))
}
