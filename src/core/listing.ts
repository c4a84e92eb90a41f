import type { WithAliases } from './aliases.ts'
import type { Asker } from './asker.ts'
import { isNoteAbout, withoutConfiguration } from './configuration.ts'
import type { Credential, Entry, Kind, NoteItem, Owner, StoredItem } from './credential.ts'
import { isNote } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { isFailure } from './failure.ts'
import { findIn, type Read } from './find-in-stores.ts'
import { distinctEndpoints, endpointName, findReadable, isAboutOneItem } from './find-readable.ts'
import { grantIn } from './grant.ts'
import type { Lookup } from './selection.ts'
import type { Store } from './store.ts'

/** The tool that lists, and the kinds that its wire can carry. */
export type Listing = Pick<Lookup, 'tool' | 'kinds' | 'oneAccount'>

interface Where {
  readonly stores: readonly Store[]
  readonly asker: Asker
  readonly withAliases: WithAliases
  readonly now: () => number
}

/**
 * Rule 7 of docs/architecture.md: only items that the tool saved or a person shared with it, each with the account that
 * a lookup without a user would return. An endpoint where that lookup fails, because an item is unreadable or several
 * accounts fit, is left out: clients reject the whole list if one entry of it fails.
 */
export async function listFor(listing: Listing, { stores, asker, withAliases, now }: Where): Promise<readonly Entry[]> {
  const wanted = (entry: Entry) => isCandidate(listing, entry)
  const known = await Promise.all(stores.map((store) => knownIn(store, asker, wanted)))
  const candidates = distinctEndpoints(known.flatMap(({ candidates }) => candidates))
  const everywhere = distinctEndpoints(withAliases(candidates))
  const read = await Promise.all(stores.map((store, index) => readAll(store, asker, everywhere, known[index]?.found)))
  const entries: Entry[] = []
  for (const endpoint of candidates) {
    const credential = await answered(read, { ...listing, endpoints: withAliases([endpoint]) }, now())
    if (credential === undefined) continue
    const { account, owner, kind, user = account } = credential
    const isOwn = withoutConfiguration(owner) === withoutConfiguration(listing.tool)
    const share = await sharedWith(read, listing.tool, endpoint, account)
    const spelling = isOwn && sameEndpoint(credential.endpoint, endpoint) ? credential.spelling : share?.spelling
    const spelled = spelling === undefined ? {} : { spelling }
    if (isOwn || share !== undefined) entries.push({ endpoint, account: user, owner, kind, ...spelled })
  }
  return entries
}

/** Whether the tool may list this entry's endpoint. */
function isCandidate({ tool, kinds }: Listing, { owner, kind }: Entry): boolean {
  if (kind === 'shared') return isNoteAbout(tool, owner)
  return withoutConfiguration(owner) === withoutConfiguration(tool) && kinds.includes(kind as Kind)
}

interface Known {
  readonly candidates: readonly Endpoint[]
  /** The items at these endpoints, if the store returned them at once. */
  readonly found?: readonly StoredItem[]
}

async function knownIn(store: Store, asker: Asker, isWanted: (entry: Entry) => boolean): Promise<Known> {
  if (!store.traits.list) return { candidates: [] }
  const found = await unlessAboutOneItem(async () => store.findWanted?.(asker, isWanted))
  if (found !== undefined) return { candidates: distinctEndpoints(found.map(({ endpoint }) => endpoint)), found }
  const entries = await store.list(asker)
  return { candidates: distinctEndpoints(entries.filter(isWanted).map(({ endpoint }) => endpoint)) }
}

/** Reads the items at these endpoints. The returned `Read` throws the store's failure for an unreadable endpoint. */
async function readAll(
  store: Store,
  asker: Asker,
  endpoints: readonly Endpoint[],
  known: readonly StoredItem[] = [],
): Promise<Read> {
  const found = new Map<string, StoredItem[]>()
  const keep = (items: readonly StoredItem[]) => {
    for (const item of items) {
      const sameName = found.get(endpointName(item.endpoint))
      if (sameName === undefined) found.set(endpointName(item.endpoint), [item])
      else sameName.push(item)
    }
  }
  keep(known)
  const missing = endpoints.filter((endpoint) => !found.has(endpointName(endpoint)))
  const { items, unreadable } = await findReadable(store, asker, missing)
  keep(items)
  const broken = new Map(unreadable.map(({ endpoint, error }) => [endpointName(endpoint), error]))
  return async (at) => {
    const names = [...new Set(at.map(endpointName))]
    for (const name of names) if (broken.has(name)) throw broken.get(name)
    return names.flatMap((name) => found.get(name) ?? [])
  }
}

async function unlessAboutOneItem<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isAboutOneItem(error)) return undefined
    throw error
  }
}

/** Notes, and so shares, are in the first store only. */
async function sharedWith(
  [first]: readonly Read[],
  tool: Owner,
  endpoint: Endpoint,
  account: string,
): Promise<NoteItem | undefined> {
  const notes = ((await first?.([endpoint])) ?? []).filter(isNote)
  return notes.find((note) => note.kind === 'shared' && isNoteAbout(tool, note.owner) && note.account === account)
}

async function answered(read: readonly Read[], lookup: Lookup, now: number): Promise<Credential | undefined> {
  try {
    const credential = (await findIn(read, lookup, now))?.answer.credential
    return credential?.stored === undefined || isReadable(credential.stored) ? credential : undefined
  } catch (error) {
    if (isAboutOneItem(error) || (isFailure(error) && error.code === 'ambiguous')) return undefined
    throw error
  }
}

/** Whether the lookup that the entry leads to can be answered. */
function isReadable(stored: Credential): boolean {
  return stored.kind !== 'token' || grantIn(stored) !== undefined
}
