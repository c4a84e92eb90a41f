import type { Item, Place, StoredItem } from '../../core/credential.ts'
import { isFoundFor, secretOf } from '../../core/credential.ts'
import { sameEndpoint } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { samePlace } from '../../core/same.ts'
import type { Store, Traits } from '../../core/store.ts'
import { concurrencyLimit } from '../../system/concurrency-limit.ts'
import { refuseBeyond } from '../limits.ts'
import { refusingNames } from '../names.ts'
import { holds } from '../place-lock.ts'

export interface MemoryOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly traits?: Partial<Traits>
}

/** A store in the memory of the process, for the tests of programs. */
export function memoryStore({ now = Date.now, traits: unlike }: MemoryOptions = {}): Store {
  const traits: Traits = {
    lasts: 'process',
    accounts: 'several',
    emptySecret: true,
    extras: true,
    list: true,
    ...unlike,
  }
  let items: StoredItem[] = []
  const queues = new Map<string, ReturnType<typeof concurrencyLimit>>()

  function itemAt(place: Place): StoredItem | undefined {
    return items.find((item) => samePlace(item, place))
  }

  function refuseSecondAccount({ endpoint, account }: Item): void {
    if (!items.some((other) => sameEndpoint(other.endpoint, endpoint) && other.account !== account)) return
    throw new Failure('unsupported', 'the memory store keeps one account for each endpoint')
  }

  return refusingNames({
    name: 'memory',
    traits,
    async find(_asker, endpoints, account) {
      return items
        .filter((item) => endpoints.some((endpoint) => sameEndpoint(endpoint, item.endpoint)))
        .filter((item) => isFoundFor(account, item))
    },
    async save(_asker, item, condition) {
      refuseBeyond(traits, 'memory', item)
      if (traits.accounts === 'one') refuseSecondAccount(item)
      if (condition !== undefined && !holds(condition, item, items)) return false
      items = [...items.filter((other) => !samePlace(other, item)), { ...item, savedAt: now() }]
      return true
    },
    async remove(_asker, place, expected) {
      const item = itemAt(place)
      if (item === undefined) return false
      if (expected !== undefined && secretOf(item)?.equals(expected) === false) return false
      items = items.filter((kept) => kept !== item)
      return true
    },
    async list() {
      if (!traits.list) throw new Failure('unsupported', 'the memory store cannot list what it holds')
      return items.map(({ endpoint, account, owner, kind, savedAt }) => ({
        endpoint,
        account,
        owner,
        kind,
        ...(savedAt === undefined ? {} : { savedAt }),
      }))
    },
    alone(_asker, { endpoint, account, owner }, work) {
      const name = JSON.stringify([endpoint.form, endpoint.key, account, owner])
      const queue = queues.get(name) ?? concurrencyLimit(1)
      queues.set(name, queue)
      return queue(() => work(() => {}))
    },
  })
}
