import type { Asker } from '../core/asker.ts'
import { isFailure, withHints } from '../core/failure.ts'
import { isFar } from '../core/far-store.ts'
import { hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import { toChoose } from './to-choose.ts'

/**
 * The stores that the settled name stands for. If one is unavailable, its failure gets more hints, and no other store is
 * used.
 */
export async function settledStores(
  name: string,
  open: () => Promise<readonly [Store, ...Store[]]>,
): Promise<[Store, ...Store[]]> {
  const hints = [hint`your secrets are in the ${name} store`, toChoose]
  const advised: Advised = async (work) => {
    try {
      return await work()
    } catch (error) {
      throw isFailure(error) && error.code === 'unavailable' ? withHints(error, hints) : error
    }
  }
  const [first, ...further] = await advised(open)
  return [advising(first, advised), ...further.map((store) => advising(store, advised))]
}

type Advised = <T>(work: () => Promise<T>) => Promise<T>

function advising(store: Store, advised: Advised): Store {
  const { findWanted } = store
  return {
    name: store.name,
    traits: store.traits,
    ...(isFar(store) ? { broker: (asker: Asker) => store.broker(asker) } : {}),
    find: (asker, endpoints, account) => advised(() => store.find(asker, endpoints, account)),
    save: (asker, item, condition) => advised(() => store.save(asker, item, condition)),
    remove: (asker, place, expected) => advised(() => store.remove(asker, place, expected)),
    list: (asker) => advised(() => store.list(asker)),
    alone: (asker, place, work) => advised(() => store.alone(asker, place, work)),
    problems: (asker) => advised(async () => (await store.problems?.(asker)) ?? []),
    removeUnreadable: (...which) => advised(async () => (await store.removeUnreadable?.(...which)) ?? 0),
    tidy: (asker) => advised(async () => store.tidy?.(asker)),
    ...(findWanted === undefined
      ? {}
      : { findWanted: (asker: Asker, isWanted) => advised(() => findWanted.call(store, asker, isWanted)) }),
  }
}
