import { join } from 'node:path'
import type { Asker } from '../core/asker.ts'
import { type Item, type Place, samePlace } from '../core/credential.ts'
import { encodeRecord, serviceOf } from '../core/item.ts'
import type { SaveCondition, Store } from '../core/store.ts'
import { withLock } from '../system/lock.ts'

/** How long the work for one place may keep the others waiting, in milliseconds: a person may have to sign in. */
const limit = 120_000

/** What `Store.alone` promises, by a lock file in this folder for each place. */
export async function aloneByFile<T>(folder: string, place: Place, work: () => Promise<T>): Promise<T> {
  return withLock(await lockFile(folder, place, 'work'), { limit, busy: busyAt(place) }, work)
}

/** What a conditional `Store.save` promises, for a store that cannot compare and write in one step. */
export async function saveByFile(
  folder: string,
  store: Pick<Store, 'find' | 'save'>,
  asker: Asker,
  item: Item,
  condition: SaveCondition,
): Promise<boolean> {
  return withLock(await lockFile(folder, item, 'save'), { busy: busyAt(item) }, async () => {
    const here = await store.find(asker, [item.endpoint], item.account)
    return (
      holds(
        condition,
        here.find((other) => samePlace(other, item)),
      ) && store.save(asker, item)
    )
  })
}

/** Whether what is at the place now is what the condition names. */
export function holds({ replaces }: SaveCondition, now: Item | undefined): boolean {
  if (replaces === undefined || now === undefined) return replaces === now
  return encodeRecord(replaces) === encodeRecord(now)
}

/** The name says nothing about the place to those who cannot guess it; two places never share one. */
async function lockFile(folder: string, place: Place, purpose: 'work' | 'save'): Promise<string> {
  const { createHash } = await import('node:crypto')
  const name = JSON.stringify([place.endpoint.form, serviceOf(place), place.account])
  return join(folder, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.${purpose}`)
}

function busyAt({ endpoint }: Place): string {
  return `another credbridge is still at work on ${endpoint.key}`
}
