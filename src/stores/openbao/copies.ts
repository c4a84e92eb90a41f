import type { Asker } from '../../core/asker.ts'
import { copiesEndpoint } from '../../core/copies-endpoint.ts'
import { type Credential, isCredential, isNote, ourselves, type StoredItem } from '../../core/credential.ts'
import { encodeItem } from '../../core/encode-item.ts'
import { type Endpoint, sameEndpoint, serviceName } from '../../core/endpoint.ts'
import { asFailure } from '../../core/failure.ts'
import { endpointFromKey } from '../../core/item.ts'
import { objectIn } from '../../core/record.ts'
import { samePlace } from '../../core/same.ts'
import { Secret } from '../../core/secret.ts'
import type { Store } from '../../core/store.ts'
import { agoInWords } from '../../core/time-words.ts'
import { itemOf, type Line, linesIn, spelled } from './document.ts'
import { isRefusal } from './outcome.ts'
import { copyWord, isCopyPlace } from './token-place.ts'

/*
 * Copies of what the server answered, in a store of this machine, for when it cannot be reached: off unless the settings
 * name that store. A copy answers only in its time. What the server refuses has no copy any more.
 */

export interface CopyOptions {
  /** What the store is of: the server and the folder there. Its copies answer for no other. Throws if it is not known. */
  readonly from: () => Promise<string>
  /** The store of this machine that keeps the copies. */
  readonly local: () => Promise<Store>
  /** How long a copy answers, in milliseconds. */
  readonly lasts: number
  readonly now: () => number
  /** Tells the person that a copy answers. */
  readonly say: (line: string) => void | Promise<void>
}

/** One endpoint as the server had it. */
interface Copy {
  readonly endpoint: Endpoint
  /** In milliseconds since 1970. */
  readonly at: number
  readonly lines: readonly Line[]
}

/** What is kept in the local store. */
export interface CopyCount {
  readonly count: number
  /** When the oldest was made. */
  readonly oldest: number | undefined
}

const asker: Asker = { tool: ourselves, personPresent: false }

export function withCopies(store: Store, options: CopyOptions): Store {
  const { lasts, now, say } = options
  /** What the name of a copy begins with. */
  const beginning = async () => `${copyWord}${store.name} ${await options.from()}: `
  const placeFor = (endpoint: Endpoint, before: string) => ({
    endpoint: serviceName(before + spelled(endpoint)),
    account: 'credbridge',
    owner: ourselves,
  })
  const isKept = (endpoint: Endpoint) => !sameEndpoint(endpoint, copiesEndpoint)

  async function copiesAt(endpoints: readonly Endpoint[]): Promise<readonly Copy[]> {
    if (endpoints.length === 0) return []
    const before = await beginning()
    const places = endpoints.map((endpoint) => placeFor(endpoint, before).endpoint)
    const found = await (await options.local()).find(asker, places)
    return found
      .filter(isCredential)
      .filter((item) => isCopyPlace(item) && item.endpoint.key.startsWith(before))
      .flatMap((item) => copyIn(item, before) ?? [])
  }

  const isInTime = ({ at }: Pick<Copy, 'at'>) => at <= now() && now() < at + lasts

  /** Keeps what the server has answered, if that is new or the copy is no longer fresh. */
  async function update(endpoints: readonly Endpoint[], items: readonly StoredItem[]): Promise<void> {
    const kept = endpoints.filter(isKept)
    const copies = await copiesAt(kept)
    const before = await beginning()
    const local = await options.local()
    // Of a lookup that found nothing there is no copy: else each address that was ever asked for would have one.
    if (items.length === 0) return drop(copies.map(({ endpoint }) => endpoint))
    for (const endpoint of kept) {
      const lines = items.filter((item) => sameEndpoint(item.endpoint, endpoint)).map(lineOf)
      const copy = copies.find((one) => sameEndpoint(one.endpoint, endpoint))
      const isFresh = copy !== undefined && isInTime(copy) && now() - copy.at < lasts / 8
      if (isFresh && JSON.stringify(copy.lines) === JSON.stringify(lines)) continue
      const secret = new Secret(JSON.stringify({ at: now(), items: lines }))
      await local.save(asker, { ...placeFor(endpoint, before), kind: 'basic', secret })
    }
  }

  async function drop(endpoints: readonly Endpoint[]): Promise<void> {
    const before = await beginning()
    const local = await options.local()
    for (const endpoint of endpoints) await local.remove(asker, placeFor(endpoint, before))
  }

  /** Those that are in their time. The others are removed. */
  async function inTimeOf(copies: readonly Copy[]): Promise<readonly Copy[]> {
    const past = copies.filter((copy) => !isInTime(copy))
    await drop(past.map(({ endpoint }) => endpoint)).catch(() => {})
    return copies.filter(isInTime)
  }

  /** The items of the copies. Throws the server's failure unless there is one in time for each endpoint. */
  async function insteadOf(error: unknown, endpoints: readonly Endpoint[]): Promise<readonly StoredItem[]> {
    const failure = asFailure(error)
    if (isRefusal(failure)) await drop(endpoints).catch(() => {})
    if (!['unavailable', 'timeout'].includes(failure.code)) throw error
    const wanted = endpoints.filter(isKept)
    const copies = await inTimeOf(await copiesAt(wanted).catch(() => []))
    const isThere = (endpoint: Endpoint) => copies.some((copy) => sameEndpoint(copy.endpoint, endpoint))
    if (wanted.length === 0 || !wanted.every(isThere)) throw error
    await say(`${failure.message}; a copy of ${ageOf(copies, now())} answers`)
    return copies.flatMap(({ endpoint, lines }) => lines.map((line) => itemOf(line, endpoint)))
  }

  async function allCopies(): Promise<readonly Copy[]> {
    const before = await beginning()
    const places = (await (await options.local()).list(asker)).filter(isCopyPlace)
    const mine = places.filter(({ endpoint }) => endpoint.key.startsWith(before))
    return copiesAt(mine.map(({ endpoint }) => endpointFromKey(endpoint.key.slice(before.length), ourselves)))
  }

  /** The copies of all endpoints, instead of the server's list. */
  async function all(error: unknown): Promise<readonly StoredItem[]> {
    const failure = asFailure(error)
    if (!['unavailable', 'timeout'].includes(failure.code)) throw error
    const copies = await inTimeOf(await allCopies().catch(() => []))
    if (copies.length === 0) throw error
    await say(`${failure.message}; this list is from copies, the oldest of ${ageOf(copies, now())}`)
    return copies.flatMap(({ endpoint, lines }) => lines.map((line) => itemOf(line, endpoint)))
  }

  const { findWanted, ...rest } = store
  return {
    ...rest,
    async find(who, endpoints, account) {
      const distinct = endpoints.filter((one, at) => endpoints.findIndex((other) => sameEndpoint(one, other)) === at)
      const items = await store.find(who, distinct).then(
        async (found) => {
          await update(distinct, found).catch(() => {})
          return found
        },
        (error: unknown) => insteadOf(error, distinct),
      )
      return items.filter((item) => account === undefined || isNote(item) || item.account === account)
    },
    async save(who, item, condition) {
      // The server may have written even if this fails.
      return store.save(who, item, condition).finally(() => drop([item.endpoint]).catch(() => {}))
    },
    async remove(who, place, expected) {
      return store.remove(who, place, expected).finally(() => drop([place.endpoint]).catch(() => {}))
    },
    async list(who) {
      return store.list(who).catch(async (error: unknown) =>
        (await all(error)).map(({ endpoint, account, owner, kind, savedAt }) => ({
          ...{ endpoint, account, owner, kind },
          ...(savedAt === undefined ? {} : { savedAt }),
        })),
      )
    },
    async tidy(who) {
      await store.tidy?.(who)
      const local = await options.local()
      for (const entry of (await local.list(asker)).filter(isCopyPlace)) {
        const found = (await local.find(asker, [entry.endpoint])).filter(isCredential)
        const copy = found.find((item) => samePlace(item, entry))
        if (copy !== undefined && !isInTime({ at: madeAt(copy) ?? Number.NaN })) await local.remove(asker, entry)
      }
    },
  }
}

/** How many copies a store of this machine has. */
export async function countCopies(local: Store): Promise<CopyCount> {
  const places = (await local.list(asker)).filter((entry) => isCopyPlace(entry))
  const found = await local.find(
    asker,
    places.map(({ endpoint }) => endpoint),
  )
  const times = found.filter(isCredential).flatMap((item) => madeAt(item) ?? [])
  return { count: places.length, oldest: times.length === 0 ? undefined : Math.min(...times) }
}

/** Removes every copy. */
export async function dropCopies(local: Store): Promise<void> {
  for (const entry of (await local.list(asker)).filter(isCopyPlace)) await local.remove(asker, entry)
}

function lineOf(item: StoredItem): Line {
  const { owner, account, savedAt } = item
  return { owner, account, value: encodeItem(item), ...(savedAt === undefined ? {} : { savedAt }) }
}

function copyIn({ endpoint, secret }: Credential, before: string): Copy | undefined {
  const at = madeAt({ secret })
  const lines = linesIn(objectIn(secret.expose())?.['items'])
  if (at === undefined || lines === undefined || !endpoint.key.startsWith(before)) return undefined
  return { endpoint: endpointFromKey(endpoint.key.slice(before.length), ourselves), at, lines }
}

function madeAt({ secret }: Pick<Credential, 'secret'>): number | undefined {
  const { at } = objectIn(secret.expose()) ?? {}
  return typeof at === 'number' ? at : undefined
}

function ageOf(copies: readonly Copy[], now: number): string {
  return agoInWords(Math.min(...copies.map(({ at }) => at)), now)
}
