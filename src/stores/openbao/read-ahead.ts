import type { CallMemory } from '../../core/asker.ts'
import type { StoredItem } from '../../core/credential.ts'
import type { Store } from '../../core/store.ts'

/**
 * The same stores. Within one call, a lookup in the first also begins the lookup in the others, so that a call which
 * needs several does not wait for each in turn.
 */
export function readAhead([first, ...rest]: readonly [Store, ...Store[]]): readonly [Store, ...Store[]] {
  if (rest.length === 0) return [first]
  const key = {}
  const begunIn = (memory: CallMemory | undefined) => memory?.get(key) as Begun | undefined
  const further = rest.map((store): Store => {
    return {
      ...store,
      find(asker, endpoints, account) {
        const begun = begunIn(asker.memory)?.get(store.name)
        begunIn(asker.memory)?.delete(store.name)
        return begun?.asked === askedBy(endpoints, account) ? begun.found : store.find(asker, endpoints, account)
      },
    }
  })
  const leading: Store = {
    ...first,
    find(asker, endpoints, account) {
      const found = first.find(asker, endpoints, account)
      if (asker.memory !== undefined) {
        const asked = askedBy(endpoints, account)
        const begun = rest.map(
          (store) => [store.name, { asked, found: quiet(store.find(asker, endpoints, account)) }] as const,
        )
        asker.memory.set(key, new Map(begun))
      }
      return found
    },
    save(asker, item, condition) {
      asker.memory?.delete(key)
      return first.save(asker, item, condition)
    },
  }
  return [leading, ...further]
}

type Begun = Map<string, { readonly asked: string; readonly found: Promise<readonly StoredItem[]> }>

function askedBy(endpoints: Parameters<Store['find']>[1], account: string | undefined): string {
  return JSON.stringify([endpoints.map(({ form, key }) => [form, key]), account ?? null])
}

/** A failure counts when somebody waits for it. */
function quiet<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {})
  return work
}
