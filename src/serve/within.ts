import { copiesEndpoint } from '../core/copies-endpoint.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'

/**
 * The store as a grant lets it be seen: a broker over it reads, lists and writes nothing at any other endpoint, whatever
 * a lookup widens to. The copies that can be restored are notes, which answer nothing.
 */
export function within(store: Store, isGranted: (endpoint: Endpoint) => boolean): Store {
  const mayUse = (endpoint: Endpoint) => sameEndpoint(endpoint, copiesEndpoint) || isGranted(endpoint)
  const { findWanted } = store
  return {
    get name() {
      return store.name
    },
    get traits() {
      return store.traits
    },
    async find(asker, endpoints, account) {
      const granted = endpoints.filter(mayUse)
      return granted.length === 0 ? [] : store.find(asker, granted, account)
    },
    async save(asker, item, condition) {
      if (!mayUse(item.endpoint)) throw outside()
      return store.save(asker, item, condition)
    },
    async remove(asker, place, expected) {
      if (!mayUse(place.endpoint)) throw outside()
      return store.remove(asker, place, expected)
    },
    list: async (asker) => (await store.list(asker)).filter(({ endpoint }) => isGranted(endpoint)),
    ...(findWanted === undefined
      ? {}
      : {
          findWanted: async (asker, isWanted) =>
            findWanted.call(store, asker, (entry) => isGranted(entry.endpoint) && isWanted(entry)),
        }),
    alone: (asker, place, work) => store.alone(asker, place, work),
  }
}

function outside(): Failure {
  return new Failure('internal', 'the broker wanted to write outside of a grant')
}
