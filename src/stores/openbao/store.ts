import type { Asker } from '../../core/asker.ts'
import type { Entry, Item, Place, StoredItem } from '../../core/credential.ts'
import { isFoundFor, secretOf } from '../../core/credential.ts'
import { sameStored } from '../../core/encode-item.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import { asFailure, Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { samePlace } from '../../core/same.ts'
import type { Secret } from '../../core/secret.ts'
import type { SaveCondition, Store, Traits } from '../../core/store.ts'
import { concurrencyLimit } from '../../system/concurrency-limit.ts'
import { refuseBeyond } from '../limits.ts'
import { lockFolder } from '../lock-folder.ts'
import { refusingNames } from '../names.ts'
import { holds } from '../place-lock.ts'
import type { Connection } from './connection.ts'
import { type Document, endpointIn, entryName, itemOf, itemsIn, spelled, withItem, withoutItem } from './document.ts'
import { type Entries, entriesIn } from './entries.ts'
import { folderOf } from './me.ts'

/** The server takes 1 MiB for all items of an endpoint: https://openbao.org/docs/configuration/storage/raft. */
const traits: Traits = {
  elsewhere: true,
  lasts: 'forever',
  accounts: 'several',
  emptySecret: true,
  extras: true,
  list: true,
  largest: 256 * 1024,
}

/** How long one verb may take, in milliseconds: for a client, while a person waits, and to read all entries. */
const limits = { client: 5_000, person: 15_000, everything: 60_000 }

/** One folder of a mount of OpenBao. */
export function openbaoStore(connection: Connection, place: string, name: string): Store {
  const { server, machine } = connection
  const queues = new Map<string, ReturnType<typeof concurrencyLimit>>()
  let folder: { readonly token: Secret; readonly path: Promise<string> } | undefined

  /** A process that goes on may get the token of another person, who has another folder. */
  async function entries(signal: AbortSignal): Promise<Entries> {
    const token = await connection.token()
    if (folder === undefined || !folder.token.equals(token)) {
      const path = folderOf(connection, place, signal)
      path.catch(() => {
        folder = undefined
      })
      folder = { token, path }
    }
    return entriesIn(connection, await folder.path)
  }

  function within<T>(asker: Asker, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return inTime(asker.personPresent ? limits.person : limits.client, server.address, work)
  }

  async function find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly StoredItem[]> {
    const distinct = endpoints.filter((one, at) => endpoints.findIndex((other) => sameEndpoint(one, other)) === at)
    if (distinct.length === 0) return []
    const items = await within(asker, async (signal) => {
      const { read } = await entries(signal)
      const all = distinct.map(async (endpoint) => itemsIn(await read(entryName(endpoint), signal), endpoint))
      return (await Promise.all(all)).flat()
    })
    return items.filter((item) => isFoundFor(account, item))
  }

  /**
   * Reads, changes and writes, until nobody else has written meanwhile. `change` returns the new members; `undefined` means
   * that there is nothing to write. `isThere` tells whether an entry may be what we wrote, `isOurs` whether it surely is.
   */
  async function changing(
    asker: Asker,
    endpoint: Endpoint,
    change: (document: Document) => ReturnType<typeof withItem> | undefined,
    isThere: (document: Document) => boolean,
    isOurs: (document: Document) => boolean,
  ): Promise<boolean> {
    const key = entryName(endpoint)
    const queue = queues.get(key) ?? concurrencyLimit(1)
    queues.set(key, queue)
    return queue(() =>
      within(asker, async (signal) => {
        const { read, write, forget } = await entries(signal)
        for (let attempt = 0; ; attempt++) {
          const before = await read(key, signal)
          // A write of which the answer was lost, and which was then repeated at another node, has changed the version.
          if (attempt > 0 && isOurs(before)) return true
          const members = change(before)
          if (members === undefined) return false
          const isWritten = await write(key, before, members, spelled(endpoint), signal).catch(async (error) => {
            // The server may have written although its answer was lost.
            if (!isFailure(error) || error.code !== 'unavailable' || signal.aborted) throw error
            if (isThere(await read(key, signal))) return true
            throw error
          })
          if (isWritten) {
            if (before.lines.length > 0) await forget(key, before.version, signal)
            return true
          }
          await pause(attempt)
          signal.throwIfAborted()
        }
      }),
    )
  }

  async function save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean> {
    refuseBeyond(traits, name, item)
    // Another process may write the same in the same millisecond. The fraction tells whose it is.
    const now = Date.now() + Math.random()
    const isThere = (document: Document) =>
      itemsIn(document, item.endpoint).some((one) => one.savedAt === now && isSame(one, item))
    return changing(
      asker,
      item.endpoint,
      (document) => {
        const isMet = condition === undefined || holds(condition, item, itemsIn(document, item.endpoint))
        return isMet ? withItem(document, item, now) : undefined
      },
      isThere,
      isThere,
    )
  }

  async function remove(asker: Asker, at: Place, expected?: Secret): Promise<boolean> {
    const lineAt = ({ lines }: Document) =>
      lines.find(({ owner, account }) => samePlace({ owner, account, endpoint: at.endpoint }, at))
    return changing(
      asker,
      at.endpoint,
      (document) => {
        const line = lineAt(document)
        if (line === undefined) return undefined
        if (expected !== undefined && secretOf(itemOf(line, at.endpoint))?.equals(expected) === false) return undefined
        return withoutItem(document, at)
      },
      (document) => lineAt(document) === undefined,
      // Somebody else may have removed it.
      () => false,
    )
  }

  /** All entries of the folder, each with what is wrong with it. */
  async function survey(): Promise<Survey> {
    return inTime(limits.everything, server.address, async (signal) => {
      const { names, read } = await entries(signal)
      const all = (await names(signal)).map(async (key): Promise<Survey> => {
        try {
          return surveyOf(await read(key, signal), key)
        } catch (error) {
          if (isFailure(error) && ['malformed', 'unsupported'].includes(error.code))
            return { items: [], failures: [error] }
          throw error
        }
      })
      const found = await Promise.all(all)
      return { items: found.flatMap(({ items }) => items), failures: found.flatMap(({ failures }) => failures) }
    })
  }

  async function list(): Promise<readonly Entry[]> {
    return (await survey()).items.map(({ endpoint, account, owner, kind, savedAt }) => ({
      endpoint,
      account,
      owner,
      kind,
      ...(savedAt === undefined ? {} : { savedAt }),
    }))
  }

  async function findWanted(_: Asker, isWanted: (entry: Entry) => boolean): Promise<readonly StoredItem[]> {
    const { items } = await survey()
    const wanted = items.filter(isWanted)
    return items.filter((item) => wanted.some(({ endpoint }) => sameEndpoint(endpoint, item.endpoint)))
  }

  return refusingNames({
    name,
    traits,
    find,
    save,
    remove,
    list,
    findWanted,
    problems: async () => (await survey()).failures,
    alone: async (_asker, at, work) => (await import('../place-lock.ts')).aloneByFile(lockFolder(machine), at, work),
  })
}

interface Survey {
  readonly items: readonly StoredItem[]
  readonly failures: readonly Failure[]
}

function surveyOf(document: Document, key: string): Survey {
  const endpoint = endpointIn(document)
  if (document.lines.length === 0) return { items: [], failures: [] }
  if (endpoint === undefined || entryName(endpoint) !== key) {
    return {
      items: [],
      failures: [new Failure('malformed', `the entry ${key} on the server does not name its endpoint`)],
    }
  }
  const items: StoredItem[] = []
  const failures: Failure[] = []
  for (const line of document.lines) {
    try {
      items.push(itemOf(line, endpoint))
    } catch (error) {
      failures.push(asFailure(error))
    }
  }
  return { items, failures }
}

function isSame(a: Item, b: Item): boolean {
  return samePlace(a, b) && sameStored(a, b)
}

/** Longer each time, and by chance, so that those who write at once do not meet again. */
async function pause(attempt: number): Promise<void> {
  const most = Math.min(20 * 2 ** attempt, 400)
  await new Promise((resolve) => setTimeout(resolve, Math.random() * most))
}

async function inTime<T>(limit: number, address: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const late = () =>
    stop.abort(
      new Failure('timeout', `${address} did not answer within ${limit / 1000} seconds`, {
        hints: [hint`credbridge doctor`],
      }),
    )
  const timer = setTimeout(late, limit)
  try {
    return await work(stop.signal)
  } finally {
    clearTimeout(timer)
  }
}
