import { type Entry, type Item, isCredential, type Place, samePlace } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, shellWord } from './hint.ts'
import { encodeRecord } from './item.ts'
import type { Store } from './store.ts'

/**
 * Moves what lies at one place from a store to another: copies, reads back, and only then removes. Whatever stops it,
 * one of the two has it. Nothing there, or gone meanwhile: `false`. Something else at the place in the new store, or
 * another value in the old one meanwhile: `refused`.
 */
export async function moveItem(entry: Entry, from: Store, to: Store): Promise<boolean> {
  const item = await at(from, entry)
  if (item === undefined) return false
  const { key } = item.endpoint
  const there = await at(to, item)
  if (there !== undefined && !equal(there, item)) {
    throw new Failure('refused', `the ${to.name} store has something else for ${key}`, {
      hints: [`see both: CREDBRIDGE_STORE=${shellWord(to.name)} credbridge list ${endpointWords(item.endpoint)}`],
    })
  }
  if (there === undefined) await copy(item, to)
  const secret = isCredential(item) ? item.secret : undefined
  if (await from.remove(item, secret)) {
    await stillThere(item, from, to)
    return true
  }
  if (there === undefined) await to.remove(item, secret)
  if ((await at(from, item)) === undefined) return false
  throw new Failure('refused', `${key} was changed while it was moved`, { hints: ['move it again'] })
}

async function copy(item: Item, to: Store): Promise<void> {
  await to.save(item)
  const kept = await at(to, item)
  if (kept !== undefined && equal(kept, item)) return
  throw new Failure('internal', `the ${to.name} store did not keep ${item.endpoint.key}; nothing was removed`)
}

/** Two stores may be two ways to one keyring: then what was removed from the one is gone from the other, too. */
async function stillThere(item: Item, from: Store, to: Store): Promise<void> {
  if ((await at(to, item)) !== undefined) return
  await copy(item, to)
  const { key } = item.endpoint
  if ((await at(from, item)) === undefined) return
  throw new Failure('refused', `the ${from.name} and the ${to.name} store keep ${key} in one place: it stays there`)
}

async function at(store: Store, place: Place): Promise<Item | undefined> {
  const items = await store.find([place.endpoint], place.account)
  return items.find((item) => samePlace(item, place))
}

function equal(a: Item, b: Item): boolean {
  return encodeRecord(a) === encodeRecord(b)
}
