import { ourselves } from '../../core/credential.ts'
import { isFailure } from '../../core/failure.ts'
import type { Calls, Kept } from './calls.ts'
import { severalItems } from './errors.ts'

/** Reads for one find or save; what it has looked up it does not look up again. */
export interface Reader {
  /** What lies under a service and account; `undefined`: nothing. */
  value(service: string, account: string): Promise<string | undefined>
  /** Every account under a service, as far as this platform can tell. */
  accounts(service: string): Promise<readonly string[]>
  /** Begins to look these services up, all at once. */
  prepare(services: readonly string[]): void
  /** Fails where it is known that the keychain cannot be reached. */
  reach(): Promise<void>
  /** Fails where a write would fail for certain, or would ask although nobody is there. `witness`: a service in use. */
  beforeWrite(service: string, account: string, witness: string | undefined): Promise<void>
}

/** How the addon's search can be used. Windows: it matches by suffix. macOS: it leaves out what it may not read. */
export function readerOf(calls: Calls, platform: string, personPresent: boolean): Reader {
  if (platform === 'win32') return entryReader(calls, async () => [])
  if (platform === 'darwin') return entryReader(calls, calls.search)
  return searchReader(calls, personPresent)
}

function entryReader(calls: Calls, search: Calls['search']): Reader {
  const seen = new Map<string, string>()
  const key = (service: string, account: string) => JSON.stringify([service, account])
  return {
    // Each look at an item may ask a person: never two where one is enough.
    value: async (service, account) => seen.get(key(service, account)) ?? calls.read(service, account),
    async accounts(service) {
      const all = await search(service)
      for (const { account, value } of all) seen.set(key(service, account), value)
      return all.map(({ account }) => account)
    },
    prepare() {},
    async reach() {},
    async beforeWrite() {},
  }
}

/** On Linux a search sees everything that lies there and never asks a person: it goes before any other call. */
function searchReader(calls: Calls, personPresent: boolean): Reader {
  const searches = new Map<string, Promise<readonly Kept[]>>()

  function search(service: string): Promise<readonly Kept[]> {
    const begun = searches.get(service) ?? calls.search(service)
    begun.catch(() => {}) // Whoever waits for it hears of it; perhaps nobody does.
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

  async function only(service: string, account: string, all: readonly Kept[]): Promise<string | undefined> {
    const values = new Set(all.filter((kept) => kept.account === account).map((kept) => kept.value))
    if (values.size > 1) throw severalItems(service, account)
    const [value] = values
    // The search turns bytes that are no UTF-8 into this; the entry says whether they were.
    return value?.includes('\ufffd') === true ? calls.read(service, account) : value
  }

  async function beforeWrite(service: string, account: string, witness: string | undefined): Promise<void> {
    try {
      const here = await search(service)
      if (here.filter((kept) => kept.account === account).length > 1) throw severalItems(service, account)
      if (here.length === 0 && witness !== undefined && !personPresent) await search(witness)
    } catch (error) {
      if (!personPresent || !isLocked(error)) throw error
    }
  }

  return {
    value,
    accounts: async (service) => [...new Set((await search(service)).map(({ account }) => account))],
    prepare(services) {
      for (const service of services) search(service)
    },
    async reach() {
      await search(ourselves)
    },
    beforeWrite,
  }
}

function isLocked(error: unknown): boolean {
  return isFailure(error) && error.code === 'locked'
}
