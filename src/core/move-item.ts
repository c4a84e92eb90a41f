import type { Asker } from './asker.ts'
import { type Credential, type Entry, type Item, isCredential, isUnknown, type Place, secretOf } from './credential.ts'
import { sameStored } from './encode-item.ts'
import { Failure } from './failure.ts'
import { grantIn, renewsItself } from './grant.ts'
import { endpointWords, hint } from './hint.ts'
import { samePlace } from './same.ts'
import type { Store } from './store.ts'
import { movingToken } from './token.ts'

/**
 * Moves the item at one place to another store: copies it, reads the copy back, and only then removes the original. If
 * the move is interrupted, at least one store has the item. Returns `false` if there is no item, or if it was removed
 * during the move. `refused` if the new store has a different item at the place, or the item was changed during the
 * move. A token that renews itself is never renewed from both stores: the original is marked before it is copied, and
 * whoever meets the mark looks into the other store first.
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
  const item = isUnknown(found) ? { ...found, kind: entry.kind } : unmarked(found)
  const { key } = item.endpoint
  const there = await at(asker, to, item)
  if (isLeftover(found, there, to)) return from.remove(asker, item, secretOf(item))
  if (there !== undefined && !sameStored(there, item)) {
    throw new Failure('refused', `the ${to.name} store has something else for ${key}`, {
      hints: [hint`see both: CREDBRIDGE_STORE=${to.name} credbridge list ${endpointWords(item.endpoint)}`],
    })
  }
  const marked = await mark(asker, found, from, to)
  const copied = there === undefined ? await copy(asker, item, to).catch(giveUp) : undefined
  if (await from.remove(asker, item, secretOf(item))) {
    await stillThere(asker, item, from, to)
    return true
  }
  if (copied !== undefined) await to.remove(asker, copied, secretOf(copied))
  if ((await at(asker, from, item)) === undefined) return false
  throw changed(item)

  /** Takes the mark away where there provably is no second copy. */
  async function giveUp(error: unknown): Promise<never> {
    if (marked !== undefined && (await at(asker, to, item).catch(() => item)) === undefined) {
      await from.save(asker, item, { replaces: marked }).catch(() => false)
    }
    throw error
  }
}

/** Whether a former move has copied the token and was interrupted. The copy may have been renewed since. */
function isLeftover(found: Item, there: Item | undefined, to: Store): boolean {
  if (!isToken(found) || there === undefined || !isToken(there)) return false
  return grantIn(found)?.movingTo === to.name
}

/** Marks a token before there are two of it, so that a move which ends too early is noticed (sign-in/renewer.ts). */
async function mark(asker: Asker, found: Item, from: Store, to: Store): Promise<Item | undefined> {
  if (!isToken(found) || !renewsItself(found)) return undefined
  const marked = movingToken(found, to.name)
  if (await from.save(asker, marked, { replaces: found })) return marked
  throw changed(found)
}

function unmarked(item: Item): Item {
  return isToken(item) && grantIn(item) !== undefined ? movingToken(item, undefined) : item
}

function isToken(item: Item): item is Credential {
  return isCredential(item) && item.kind === 'token'
}

function changed({ endpoint: { key } }: Place): Failure {
  return new Failure('refused', `${key} was changed while it was moved`, { hints: [hint`move it again`] })
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
