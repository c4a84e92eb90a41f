import type { Asker } from '../core/asker.ts'
import type { Item, Place } from '../core/credential.ts'
import { sameStored } from '../core/encode-item.ts'
import { serviceOf } from '../core/item.ts'
import { samePlace } from '../core/same.ts'
import type { SaveCondition, Store } from '../core/store.ts'
import { type LockOptions, type LockPlace, withLock } from '../system/lock.ts'
import type { LockFolder } from './lock-folder.ts'

/** Implements `Store.alone` by one lock file for each place in this folder. */
export async function aloneByFile<T>(
  locks: LockFolder,
  place: Place,
  work: (stillAlone: () => void) => Promise<T>,
): Promise<T> {
  return withLock(await lockAt(locks, place, 'work'), optionsFor(place, 120_000), ({ stillHeld }) => work(stillHeld))
}

/** Implements the conditional `Store.save` for a store that cannot compare and write in one step. */
export async function saveByFile(
  locks: LockFolder,
  store: Pick<Store, 'find' | 'save'>,
  asker: Asker,
  item: Item,
  condition: SaveCondition,
): Promise<boolean> {
  return withLock(await lockAt(locks, item, 'save'), optionsFor(item, 30_000), async () => {
    const stored = await store.find(asker, [item.endpoint], item.account)
    return holds(condition, item, stored) && store.save(asker, item)
  })
}

/** Whether the condition is true for the place, given the items `stored` there. */
export function holds({ replaces }: SaveCondition, place: Place, stored: readonly Item[]): boolean {
  const now = stored.find((item) => samePlace(item, place))
  return replaces === undefined || now === undefined ? replaces === now : sameStored(replaces, now)
}

/** A hash names the lock, so that its name does not reveal the place, and two places never share a lock. */
async function lockAt(locks: LockFolder, place: Place, purpose: 'work' | 'save'): Promise<LockPlace> {
  const { createHash } = await import('node:crypto')
  const text = JSON.stringify([place.endpoint.form, serviceOf(place), place.account])
  return { ...locks, name: `${createHash('sha256').update(text).digest('hex').slice(0, 32)}-${purpose}` }
}

/** `wait`: how long to wait for the lock, in milliseconds. Its holder may be waiting for a person to sign in. */
function optionsFor({ endpoint }: Place, wait: number): LockOptions {
  return { wait, busy: `another credbridge process is still working on ${endpoint.key}` }
}
