import { isUtf8 } from 'node:buffer'
import type { CallMemory } from '../../core/asker.ts'
import type { Entry, Found, Owner, Place } from '../../core/credential.ts'
import { isNote } from '../../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { decodeItem } from '../../core/item.ts'
import type { Attributes } from './calls.ts'
import { locked } from './errors.ts'
import { entryOf, inOrder, mayBeNote, placeAt, placeOf, searchAt, searchesAt, searchesForAll } from './items.ts'
import type { Described, Service } from './service.ts'

/** Whose items count also if they say only service and user name. */
export interface Known {
  /** The tool that asks: secret-tool and others may have written what it saved over, or for it. */
  readonly asking?: Owner
  /** Where something was written like that before, by the `keychain` store. */
  readonly before: readonly Place[]
  readonly memory?: CallMemory | undefined
}

/** How often all is looked at anew because an item was removed, and perhaps made anew, while it was read. */
const attempts = 10

/** Everything at these endpoints with its secret, of several items at one place the one that counts. */
export async function find(
  service: Service,
  endpoints: readonly Endpoint[],
  account: string | undefined,
  known: Known,
): Promise<readonly Found[]> {
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
): Promise<readonly Found[] | undefined> {
  const each = endpoints.filter((one, index) => endpoints.findIndex((other) => sameEndpoint(one, other)) === index)
  if (each.length === 0) return []
  const searches = each.flatMap((endpoint) => searchesAt(endpoint, ownersAt(endpoint, known)))
  const [paths] = await Promise.all([searchAll(service, searches, known.memory), service.session])
  const [secrets, described] = await Promise.all([service.secrets(paths), describeAll(service, paths)])
  const found: Found[] = []
  for (const endpoint of each) {
    const owners = ownersAt(endpoint, known)
    for (const [place, item] of thatCount(described, (attributes) => placeAt(endpoint, attributes, owners))) {
      const meant = account === undefined || account === place.account
      if (!meant && !mayBeNote(item.attributes)) continue
      const secret = secrets.get(item.path)
      const isGone = secret === undefined && !item.locked && (await service.describe(item.path)) === undefined
      if (isGone && !isLast) return undefined
      const decoded = decodeItem(place, textOf(place, item, secret))
      if (meant || isNote(decoded)) found.push({ ...decoded, savedAt: item.modified })
    }
  }
  return found
}

/** All entries, without unlocking anything. What is locked so that not even that can be read is `locked`. */
export async function list(service: Service, { before }: Known): Promise<readonly Entry[]> {
  const searches = [...searchesForAll, ...before.map(searchAt)]
  const [hits, collections] = await Promise.all([service.search(searches), service.collections()])
  const paths = [...hits.unlocked, ...hits.locked]
  if (paths.length === 0 && (await closedOf(service, collections)).some(({ hides }) => hides)) throw locked()
  const [described, closed] = [await describeAll(service, paths), new Set(hits.locked)]
  if (described.some(({ path, attributes }) => closed.has(path) && !attributes.has('service'))) throw locked()
  return thatCount(described, (attributes) => placeOf(attributes, before)).map(([place, item]) => entryOf(place, item))
}

/**
 * The paths of all items that match one of the searches, unlocked. Nothing means that nothing is there, and not that a
 * collection hides its items while it is locked, as KeePassXC's do.
 */
export async function searchAll(
  service: Service,
  searches: readonly Attributes[],
  memory?: CallMemory,
): Promise<readonly string[]> {
  const knows = memory?.has(service) === true
  const [hits, collections] = await Promise.all([service.search(searches), knows ? [] : service.collections()])
  if (hits.locked.length > 0) await service.unlock(hits.locked)
  const paths = [...hits.unlocked, ...hits.locked]
  if (paths.length > 0) return paths
  const hiding = (await closedOf(service, collections)).filter(({ hides }) => hides)
  if (hiding.length === 0) memory?.set(service, 'no collection hides its items')
  if (hiding.length === 0) return []
  await service.unlock(hiding.map(({ path }) => path))
  return (await service.search(searches)).unlocked
}

export async function describeAll(service: Service, paths: readonly string[]): Promise<readonly Described[]> {
  const all = await Promise.all(paths.map(service.describe))
  return all.filter((item) => item !== undefined)
}

/** The text of a secret. */
export function textOf(place: Place, item: Described, secret: Uint8Array | undefined): string {
  if (secret === undefined) throw item.locked ? locked() : kept(place)
  if (!isUtf8(secret)) throw new Failure('malformed', `the secret for ${place.endpoint.key} is not text`)
  return Buffer.from(secret).toString()
}

function ownersAt(endpoint: Endpoint, { asking, before }: Known): readonly Owner[] {
  const here = before.filter((place) => sameEndpoint(place.endpoint, endpoint)).map(({ owner }) => owner)
  return [...new Set(asking === undefined ? here : [asking, ...here])]
}

/** The collections that are locked. One that shows no item then may have some. */
async function closedOf(
  service: Service,
  collections: readonly string[],
): Promise<readonly { path: string; hides: boolean }[]> {
  const states = await Promise.all(collections.map(service.isLocked))
  const closed = collections.filter((_, index) => states[index])
  const items = await Promise.all(closed.map(service.itemsIn))
  return closed.map((path, index) => ({ path, hides: items[index]?.length === 0 }))
}

/** The places that items lie at, each with the item that counts there. */
function thatCount(
  items: readonly Described[],
  placeFor: (attributes: Attributes) => Place | undefined,
): readonly [Place, Described][] {
  const places = new Map<string, { place: Place; items: Described[] }>()
  for (const item of items) {
    const place = placeFor(item.attributes)
    if (place === undefined) continue
    const key = JSON.stringify([place.owner, place.account, place.endpoint.form, place.endpoint.key])
    const here = places.get(key) ?? { place, items: [] }
    here.items.push(item)
    places.set(key, here)
  }
  const counting: [Place, Described][] = []
  for (const { place, items } of places.values()) {
    const [first] = inOrder(place, items)
    if (first !== undefined) counting.push([place, first])
  }
  return counting
}

function kept({ endpoint }: Place): Failure {
  return new Failure('refused', `the Secret Service does not give out the secret for ${endpoint.key}`)
}
