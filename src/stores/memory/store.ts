import type { Entry, Found, Item, Place } from '../../core/credential.ts'
import { isCredential, samePlace } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import type { Store, Traits } from '../../core/store.ts'
import { refuseBeyond } from '../limits.ts'

/** A store that ends with the process, and that a test can tell to fail. */
export interface MemoryStore extends Store {
  /** The next call fails with this, once. */
  failOnce(failure: Failure): void
}

export function memoryStore(options: { now?: () => number; traits?: Partial<Traits> } = {}): MemoryStore {
  const now = options.now ?? Date.now
  const traits: Traits = {
    lasts: 'process',
    accounts: 'several',
    emptySecret: true,
    extras: true,
    list: true,
    ...options.traits,
  }
  let items: Found[] = []
  let failure: Failure | undefined

  function step(): void {
    const thrown = failure
    failure = undefined
    if (thrown !== undefined) throw thrown
  }

  function refuseSecondAccount({ endpoint, account }: Item): void {
    if (!items.some((other) => sameEndpoint(other.endpoint, endpoint) && other.account !== account)) return
    throw new Failure('unsupported', 'the memory store keeps one account for each endpoint')
  }

  return {
    name: 'memory',
    traits,
    failOnce(next) {
      failure = next
    },
    async find(endpoints: readonly Endpoint[], account?: string) {
      step()
      return items
        .filter((item) => endpoints.some((endpoint) => sameEndpoint(endpoint, item.endpoint)))
        .filter((item) => account === undefined || !isCredential(item) || item.account === account)
    },
    async save(item: Item) {
      step()
      refuseBeyond(traits, 'memory', item)
      if (traits.accounts === 'one') refuseSecondAccount(item)
      items = [...items.filter((other) => !samePlace(other, item)), { ...item, savedAt: now() }]
    },
    async remove(place: Place, expected?: Secret) {
      step()
      const item = items.find((other) => samePlace(other, place))
      const other = expected !== undefined && item !== undefined && isCredential(item) && !item.secret.equals(expected)
      if (item === undefined || other) return false
      items = items.filter((kept) => kept !== item)
      return true
    },
    async list(): Promise<readonly Entry[]> {
      step()
      if (!traits.list) throw new Failure('unsupported', 'the memory store cannot list what it holds')
      return items.map(({ endpoint, account, owner, kind, savedAt }) => ({
        endpoint,
        account,
        owner,
        kind,
        ...(savedAt === undefined ? {} : { savedAt }),
      }))
    },
  }
}
