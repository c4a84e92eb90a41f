import type { WithAliases } from './aliases.ts'
import type { Asker } from './asker.ts'
import type { Credential, Entry, Found, Kind, NoteItem, Owner } from './credential.ts'
import { isNote, noteOwner } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { isFailure } from './failure.ts'
import { findIn, type Read } from './find-in-stores.ts'
import type { Lookup } from './selection.ts'
import type { Store } from './store.ts'

/** Who lists, and which secrets its wire can carry. */
export type Listing = Pick<Lookup, 'tool' | 'kinds' | 'oneAccount'>

interface Where {
  readonly stores: readonly Store[]
  readonly asker: Asker
  readonly withAliases: WithAliases
  readonly now: () => number
}

/**
 * Rule 7 of docs/architecture.md: only what the tool saved and what a person shared with it, each with the account
 * that a lookup without a user answers. What such a lookup cannot answer, because something there cannot be read or
 * several accounts fit, is left out: clients give up as a whole when one entry of a list fails.
 */
export async function listFor(listing: Listing, { stores, asker, withAliases, now }: Where): Promise<readonly Entry[]> {
  const candidates = await endpointsOf(listing, stores, asker)
  const everywhere = distinct(withAliases(candidates))
  const read = await Promise.all(stores.map((store) => readAll(store, asker, everywhere)))
  const entries: Entry[] = []
  for (const endpoint of candidates) {
    const credential = await answered(read, { ...listing, endpoints: withAliases([endpoint]) }, now())
    if (credential === undefined) continue
    const { account, owner, kind } = credential
    const share = await sharedWith(read, listing.tool, endpoint, account)
    const isOwn = owner === listing.tool && sameEndpoint(credential.endpoint, endpoint)
    const spelling = isOwn ? credential.spelling : share?.spelling
    const spelled = spelling === undefined ? {} : { spelling }
    if (owner === listing.tool || share !== undefined) entries.push({ endpoint, account, owner, kind, ...spelled })
  }
  return entries
}

async function endpointsOf(
  { tool, kinds }: Listing,
  stores: readonly Store[],
  asker: Asker,
): Promise<readonly Endpoint[]> {
  const entries = (
    await Promise.all(stores.filter(({ traits }) => traits.list).map((store) => store.list(asker)))
  ).flat()
  const listed = entries.filter(({ owner, kind }) => {
    return kind === 'shared' ? owner === noteOwner(tool) : owner === tool && kinds.includes(kind as Kind)
  })
  return distinct(listed.map(({ endpoint }) => endpoint))
}

/** What lies at some endpoints of a store, read at once; asking for one that cannot be read throws what reading did. */
async function readAll(store: Store, asker: Asker, endpoints: readonly Endpoint[]): Promise<Read> {
  const found = new Map<string, Found[]>()
  const broken = new Map<string, unknown>()
  const read = async (at: readonly Endpoint[]): Promise<void> => {
    const [one] = at
    if (one === undefined) return
    try {
      for (const item of await store.find(asker, at)) {
        const name = nameOf(item.endpoint)
        found.set(name, [...(found.get(name) ?? []), item])
      }
    } catch (error) {
      if (!isAboutOneItem(error)) throw error
      if (at.length === 1) broken.set(nameOf(one), error)
      const half = Math.ceil(at.length / 2)
      if (at.length > 1) for (const part of [at.slice(0, half), at.slice(half)]) await read(part)
    }
  }
  await read(endpoints)
  return async (at) => {
    const names = [...new Set(at.map(nameOf))]
    for (const name of names) if (broken.has(name)) throw broken.get(name)
    return names.flatMap((name) => found.get(name) ?? [])
  }
}

/** Shares are in the first store, as all notes are. */
async function sharedWith(
  [first]: readonly Read[],
  tool: Owner,
  endpoint: Endpoint,
  account: string,
): Promise<NoteItem | undefined> {
  const notes = ((await first?.([endpoint])) ?? []).filter(isNote)
  return notes.find((note) => note.kind === 'shared' && note.owner === noteOwner(tool) && note.account === account)
}

async function answered(read: readonly Read[], lookup: Lookup, now: number): Promise<Credential | undefined> {
  try {
    return (await findIn(read, lookup, now))?.credential
  } catch (error) {
    if (isAboutOneItem(error) || (isFailure(error) && error.code === 'ambiguous')) return undefined
    throw error
  }
}

function isAboutOneItem(error: unknown): boolean {
  return isFailure(error) && ['malformed', 'unsupported'].includes(error.code)
}

function distinct(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return [...new Map(endpoints.map((at) => [nameOf(at), at])).values()]
}

function nameOf({ form, key }: Endpoint): string {
  return `${form} ${key}`
}
