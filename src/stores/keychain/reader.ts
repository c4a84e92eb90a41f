import { type Credential, ourselves } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { isFailure } from '../../core/failure.ts'
import type { Calls, KeychainValue } from './calls.ts'
import { severalItems } from './errors.ts'

/** Reads for one find or save, and caches the results. */
export interface Reader {
  /** The value of a service and account; `undefined` if there is none. */
  value(service: string, account: string): Promise<string | undefined>
  /** All accounts of a service that this platform can list. */
  accounts(service: string): Promise<readonly string[]>
  /** The value of a service's item whose account is empty, on macOS; `undefined` if there is none. */
  valueWithoutAccount(service: string): Promise<string | undefined>
  /** Sign-ins that other programs keep in the same keychain, which are read and never written. */
  borrowed(endpoint: Endpoint, account: string | undefined): Promise<readonly Credential[]>
  /** Starts to search for these services, all at once. */
  prepare(services: readonly string[]): void
  /** Throws if the keychain is known to be unreachable. */
  probe(): Promise<void>
  /**
   * Throws if a write would certainly fail, or would ask although no person is present. `witness`: a service in use.
   */
  beforeWrite(service: string, account: string, witness: string | undefined): Promise<void>
}

/** The reader for a platform. The addon's search omits unreadable items on macOS. */
export function readerOf(calls: Calls, platform: string, personPresent: boolean): Reader {
  return platform === 'linux' ? searchReader(calls, personPresent) : entryReader(calls)
}

function entryReader(calls: Calls): Reader {
  const values = new Map<string, string>()
  const key = (service: string, account: string) => JSON.stringify([service, account])
  const accounts = async (service: string) => {
    const all = await calls.search(service)
    for (const { account, value } of all) values.set(key(service, account), value)
    return all.map(({ account }) => account)
  }
  return {
    // Each read of an item may ask a person, so a known value is not read again.
    value: async (service, account) => values.get(key(service, account)) ?? calls.read(service, account),
    accounts,
    async valueWithoutAccount(service) {
      if (!values.has(key(service, ''))) await accounts(service)
      return values.get(key(service, ''))
    },
    borrowed: async (endpoint, account) => (await calls.borrowed?.(endpoint, account)) ?? [],
    prepare() {},
    async probe() {},
    async beforeWrite() {},
  }
}

/** On Linux a search finds every item and never asks a person, so it precedes any other call. */
function searchReader(calls: Calls, personPresent: boolean): Reader {
  const searches = new Map<string, Promise<readonly KeychainValue[]>>()

  function search(service: string): Promise<readonly KeychainValue[]> {
    const begun = searches.get(service) ?? calls.search(service)
    begun.catch(() => {}) // Not an unhandled rejection if no caller awaits the search.
    searches.set(service, begun)
    return begun
  }

  async function value(service: string, account: string): Promise<string | undefined> {
    try {
      return await only(service, account, await search(service))
    } catch (error) {
      if (!personPresent || !isLocked(error)) throw error
      const unlocked = await calls.read(service, account)
      searches.clear()
      return unlocked
    }
  }

  async function only(service: string, account: string, all: readonly KeychainValue[]): Promise<string | undefined> {
    const values = new Set(all.filter((kept) => kept.account === account).map((kept) => kept.value))
    if (values.size > 1) throw severalItems(service, account)
    const [value] = values
    // The search replaces invalid UTF-8 by U+FFFD; reading the entry tells whether the value was invalid.
    return value?.includes('\ufffd') === true ? calls.read(service, account) : value
  }

  async function beforeWrite(service: string, account: string, witness: string | undefined): Promise<void> {
    try {
      const found = await search(service)
      if (found.filter((kept) => kept.account === account).length > 1) throw severalItems(service, account)
      if (found.length === 0 && witness !== undefined && !personPresent) await search(witness)
    } catch (error) {
      if (!personPresent || !isLocked(error)) throw error
    }
  }

  return {
    value,
    accounts: async (service) => [...new Set((await search(service)).map(({ account }) => account))],
    valueWithoutAccount: async () => undefined,
    borrowed: async () => [],
    prepare(services) {
      for (const service of services) search(service)
    },
    async probe() {
      await search(ourselves)
    },
    beforeWrite,
  }
}

function isLocked(error: unknown): boolean {
  return isFailure(error) && error.code === 'locked'
}
