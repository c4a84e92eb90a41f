import type { Asker } from './asker.ts'
import { type Entry, type Item, isUnknown, type Place, samePlace, secretOf } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { sameStored } from './item.ts'
import type { Store } from './store.ts'

/**
 * Moves the item at one place to another store: copies it, reads the copy back, and only then removes the original. If
 * the move is interrupted, at least one store has the item. Returns `false` if there is no item, or if it was removed
 * during the move. `refused` if the new store has a different item at the place, or the item was changed during the
 * move.
 */
export async function moveItem(asker: Asker, entry: Entry, from: Store, to: Store): Promise<boolean> {
  // A token must not be renewed meanwhile: the copy would have a refresh token that is used up.
  if (entry.kind === 'token') return from.alone(asker, entry, () => moveNow(asker, entry, from, to))
  return moveNow(asker, entry, from, to)
}

async function moveNow(asker: Asker, entry: Entry, from: Store, to: Store): Promise<boolean> {
  const found = await at(asker, from, entry)
  if (found === undefined) return false
  // The store may know the kind of an item that a later version wrote.
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

/** Saves the item and returns it as the store spells it. */
async function copy(asker: Asker, item: Item, to: Store): Promise<Item> {
  await to.save(asker, item)
  const kept = await at(asker, to, item)
  if (kept !== undefined && sameStored(kept, item)) return kept
  throw new Failure('internal', `the ${to.name} store did not keep ${item.endpoint.key}; nothing was removed`)
}

/** Both stores may write to the same keyring. Removing the item from one then removes it from the other. */
async function stillThere(asker: Asker, item: Item, from: Store, to: Store): Promise<void> {
  if ((await at(asker, to, item)) !== undefined) return
  await copy(asker, item, to)
  const { key } = item.endpoint
  if ((await at(asker, from, item)) === undefined) return
  throw new Failure('refused', `the ${from.name} and the ${to.name} store share ${key}, so it was not moved`)
}

async function at(asker: Asker, store: Store, place: Place): Promise<Item | undefined> {
  const items = await store.find(asker, [place.endpoint], place.account)
  return items.find((item) => samePlace(item, place))
}
