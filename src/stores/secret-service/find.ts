import { isUtf8 } from 'node:buffer'
import type { CallMemory } from '../../core/asker.ts'
import type { Entry, Place, StoredItem } from '../../core/credential.ts'
import { isFoundFor, isOfAccount } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { decodeItem } from '../../core/item.ts'
import { type Known, thatCount, wantedAt } from './at-endpoints.ts'
import type { Attributes } from './calls.ts'
import { locked } from './errors.ts'
import { entryOf, mayBeForAll, placeOf, searchAt, searchesForAll } from './items.ts'
import type { Described, Service } from './service.ts'

/** How often all items are read again because one was removed, and perhaps created again, during the read. */
const attempts = 10

/** All items at these endpoints, with their secrets. If a place has several, the one that counts. */
export async function find(
  service: Service,
  endpoints: readonly Endpoint[],
  account: string | undefined,
  known: Known,
): Promise<readonly StoredItem[]> {
  for (let left = attempts; ; left--) {
    const found = await findOnce(service, endpoints, account, known, left === 1)
    if (found !== undefined) return found
  }
}

async function findOnce(
  service: Service,
  endpoints: readonly Endpoint[],
  account: string | undefined,
  known: Known,
  isLast: boolean,
): Promise<readonly StoredItem[] | undefined> {
  if (endpoints.length === 0) return []
  const wanted = wantedAt(endpoints, known)
  const search = JSON.stringify(wanted.searches.map((attributes) => [...attributes]))
  const before = service.foundBefore.get(search)
  const [{ paths, wereOpen }, early] = await Promise.all([
    searchOpening(service, wanted.searches, known.memory),
    readEarly(service, before),
    service.session,
  ])
  remember(service, search, wereOpen ? paths : [])
  // KWallet gives an empty secret while its wallet is closed.
  const isCurrent = wereOpen && String(paths) === String(before) && paths.every((path) => early?.secrets.has(path))
  const { secrets, described } = early !== undefined && isCurrent ? early : await readAll(service, paths)
  // One that was replaced since the search is there under another path.
  if (described.length < paths.length && !isLast) return undefined
  return read(service, wanted.among(described), secrets, { account, isLast })
}

interface ReadItems {
  readonly secrets: ReadonlyMap<string, Uint8Array>
  readonly described: readonly Described[]
}

async function readAll(service: Service, paths: readonly string[]): Promise<ReadItems> {
  const [secrets, described] = await Promise.all([service.secrets(paths), describeAll(service, paths)])
  return { secrets, described }
}

/**
 * Asks for what an earlier search of this conversation found, in the same write as the search, which still decides. So a
 * find takes one exchange instead of two. `undefined` if there is nothing, or if an item cannot be read like this.
 */
async function readEarly(service: Service, paths: readonly string[] = []): Promise<ReadItems | undefined> {
  return paths.length === 0 ? undefined : readAll(service, paths).catch(() => undefined)
}

/** How many searches of a conversation are remembered. */
const mostRemembered = 100

function remember({ foundBefore }: Service, search: string, paths: readonly string[]): void {
  if (paths.length === 0) foundBefore.delete(search)
  else if (foundBefore.has(search) || foundBefore.size < mostRemembered) foundBefore.set(search, paths)
}

/**
 * All items at the endpoints of the wanted entries: the result of `list` and then `find`, but each item is described
 * only once. `undefined` if something is locked or changes during the read. The caller then uses `list` and `find`.
 */
export async function findWanted(
  service: Service,
  isWanted: (entry: Entry) => boolean,
  known: Known,
): Promise<readonly StoredItem[] | undefined> {
  const hits = await service.search(searchesOfAll(known))
  // While it is locked, KeePassXC's collection shows no items at all.
  if (hits.locked.length > 0 || hits.unlocked.length === 0) return undefined
  const all = await describeAll(service, hits.unlocked)
  const entries = entriesAmong(all, known).filter(isWanted)
  const wanted = wantedAt(
    entries.map(({ endpoint }) => endpoint),
    known,
  )
  // Items that others wrote for these owners have only a service, so the search for all has not found them.
  const others = await service.search(wanted.searches.filter((search) => search.has('service')))
  if (others.locked.length > 0) return undefined
  const before = new Set(hits.unlocked)
  const more = await describeAll(
    service,
    others.unlocked.filter((path) => !before.has(path)),
  )
  const items = wanted.among([...all, ...more])
  const [secrets] = await Promise.all([service.secrets(items.map(([, { path }]) => path)), service.session])
  return read(service, items, secrets, { account: undefined, isLast: false })
}

/** The items with their secrets; `undefined` if one was removed during the read, unless this is the last attempt. */
async function read(
  service: Service,
  items: readonly (readonly [Place, Described])[],
  secrets: ReadonlyMap<string, Uint8Array>,
  { account, isLast }: { readonly account: string | undefined; readonly isLast: boolean },
): Promise<readonly StoredItem[] | undefined> {
  const found: StoredItem[] = []
  for (const [place, item] of items) {
    if (!isOfAccount(account, place) && !mayBeForAll(item.attributes)) continue
    const secret = secrets.get(item.path)
    const isGone = secret === undefined && !item.locked && (await service.describe(item.path)) === undefined
    if (isGone && !isLast) return undefined
    const decoded = decodeItem(place, textOf(place, item, secret))
    if (isFoundFor(account, decoded)) found.push({ ...decoded, savedAt: item.modified })
  }
  return found
}

/** All entries, without unlocking anything. `locked` if even the entries cannot be read. */
export async function list(service: Service, known: Known): Promise<readonly Entry[]> {
  const hits = await service.search(searchesOfAll(known))
  const paths = [...hits.unlocked, ...hits.locked]
  if (paths.length === 0 && (await closedOf(service)).some(({ hides }) => hides)) throw locked()
  const [described, closed] = [await describeAll(service, paths), new Set(hits.locked)]
  if (described.some(({ path, attributes }) => closed.has(path) && !attributes.has('service'))) throw locked()
  return entriesAmong(described, known)
}

function searchesOfAll({ before }: Known): readonly Attributes[] {
  return [...searchesForAll, ...before.map(searchAt)]
}

function entriesAmong(items: readonly Described[], { before }: Known): readonly Entry[] {
  return thatCount(items, (attributes) => placeOf(attributes, before)).map(([place, item]) => entryOf(place, item))
}

/**
 * The paths of all items that match one of the searches, unlocked. An empty result means absence: collections that hide
 * their items while they are locked, such as KeePassXC's, are unlocked first.
 */
export async function searchAll(
  service: Service,
  searches: readonly Attributes[],
  memory?: CallMemory,
): Promise<readonly string[]> {
  return (await searchOpening(service, searches, memory)).paths
}

/** The same, and whether nothing had to be unlocked. */
async function searchOpening(
  service: Service,
  searches: readonly Attributes[],
  memory: CallMemory | undefined,
): Promise<{ readonly paths: readonly string[]; readonly wereOpen: boolean }> {
  const hits = await service.search(searches)
  const wereOpen = hits.locked.length === 0
  if (!wereOpen) await service.unlock(hits.locked)
  const paths = [...hits.unlocked, ...hits.locked]
  if (paths.length > 0 || memory?.has(service) === true) return { paths, wereOpen }
  const hiding = (await closedOf(service)).filter(({ hides }) => hides)
  if (hiding.length === 0) memory?.set(service, 'no collection hides its items')
  if (hiding.length === 0) return { paths, wereOpen }
  await service.unlock(hiding.map(({ path }) => path))
  return { paths: (await service.search(searches)).unlocked, wereOpen: false }
}

export async function describeAll(service: Service, paths: readonly string[]): Promise<readonly Described[]> {
  const all = await Promise.all(paths.map(service.describe))
  return all.filter((item) => item !== undefined)
}

/** The text of a secret. An empty one of a locked item is none: KWallet gives it for a closed wallet. */
export function textOf(place: Place, item: Described, secret: Uint8Array | undefined): string {
  if (secret === undefined || (secret.length === 0 && item.locked)) throw item.locked ? locked() : kept(place)
  if (!isUtf8(secret)) throw new Failure('malformed', `the secret for ${place.endpoint.key} is not text`)
  return Buffer.from(secret).toString()
}

/** The locked collections. One that shows no item may still contain some. */
async function closedOf(service: Service): Promise<readonly { path: string; hides: boolean }[]> {
  const collections = await service.collections()
  const states = await Promise.all(collections.map(service.isLocked))
  const closed = collections.filter((_, index) => states[index])
  const items = await Promise.all(closed.map(service.itemsIn))
  return closed.map((path, index) => ({ path, hides: items[index]?.length === 0 }))
}

function kept({ endpoint }: Place): Failure {
  return new Failure('refused', `the Secret Service does not return the secret for ${endpoint.key}`)
}
