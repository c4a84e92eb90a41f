import type { Reach } from './aliases.ts'
import type { Asker } from './asker.ts'
import { toolOf } from './configuration.ts'
import type { Entry, Item, NoteItem, Owner, Place } from './credential.ts'
import { isCredential, isNote, isNoteKind, noteOwner, ourselves, samePlace } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords } from './hint.ts'
import { saveNote } from './save-note.ts'
import { covers } from './selection.ts'
import type { Store } from './store.ts'

/** What a person may do with what is kept, across the stores in use and whoever saved it. */
export interface Keeping {
  /** The credentials at an endpoint, without secrets, and what this version does not know. */
  at(endpoint: Endpoint, account?: string): Promise<readonly Entry[]>
  /** Removes these at once and for good; how many there were. */
  discard(places: readonly Place[]): Promise<number>
  /** Removes what at an endpoint is damaged or of a later version, or only counts it; how many there were. */
  discardUnreadable(endpoint: Endpoint, only?: 'count'): Promise<number>
  /** Says which account is meant where no user is named. No such account: `refused`. */
  setDefault(endpoint: Endpoint, account: string): Promise<void>
  /** Takes that back; whether it had been said. */
  unsetDefault(endpoint: Endpoint): Promise<boolean>
  /** What a tool could be answered with at an endpoint, through aliases too, without secrets. */
  reachable(endpoint: Endpoint, account?: string): Promise<readonly Entry[]>
  /** Lets a tool list what others saved for this account, as if it had saved it; lifts what ended its use. */
  share(endpoint: Endpoint, account: string, tool: Owner): Promise<void>
  /** Takes that back for one account or all; whether it had been shared. */
  unshare(endpoint: Endpoint, account: string | undefined, tool: Owner): Promise<boolean>
}

export function keeping(stores: readonly [Store, ...Store[]], asker: Asker, reach: Reach): Keeping {
  const [first] = stores

  async function at(endpoint: Endpoint, account?: string): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (const store of stores) entries.push(...(await store.list(asker)))
    return entries.filter(
      (entry) =>
        sameEndpoint(entry.endpoint, endpoint) &&
        (account === undefined || entry.account === account) &&
        !isNoteKind(entry.kind),
    )
  }

  async function discard(places: readonly Place[]): Promise<number> {
    let count = 0
    for (const store of stores) for (const place of places) if (await store.remove(asker, place)) count++
    return count
  }

  async function discardUnreadable(endpoint: Endpoint, only?: 'count'): Promise<number> {
    let count = 0
    for (const store of stores) count += (await store.removeUnreadable?.(asker, endpoint, only)) ?? 0
    return count
  }

  async function setDefault(endpoint: Endpoint, account: string): Promise<void> {
    if ((await at(endpoint, account)).length === 0) {
      throw new Failure('refused', `${endpoint.key} has no such account`, {
        hints: [`credbridge list ${endpointWords(endpoint)}`],
      })
    }
    const here = await first.find(asker, [endpoint])
    await saveNote(first, asker, { endpoint, account, owner: ourselves, kind: 'default' }, here)
    for (const note of defaultsAmong(here)) if (note.account !== account) await first.remove(asker, note)
  }

  async function unsetDefault(endpoint: Endpoint): Promise<boolean> {
    return (await discard(defaultsAmong(await first.find(asker, [endpoint])))) > 0
  }

  async function reachable(endpoint: Endpoint, account?: string): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (const place of reach([endpoint])) entries.push(...(await at(place, account)))
    return entries
  }

  /** A tool's own item and its notes share one place: what it saved itself is listed anyway and must not be replaced. */
  async function share(endpoint: Endpoint, account: string, tool: Owner): Promise<void> {
    const here = await first.find(asker, [endpoint], account)
    if (here.some((item) => isCredential(item) && item.owner === tool)) return
    const note: NoteItem = { endpoint, account, owner: noteOwner(tool), kind: 'shared' }
    await saveNote(first, asker, note, here)
    const ended = here.filter((item) => toolOf(item.owner) === note.owner && covers(item, account))
    for (const item of ended) if (!samePlace(item, note)) await first.remove(asker, item)
  }

  async function unshare(endpoint: Endpoint, account: string | undefined, tool: Owner): Promise<boolean> {
    const here = await first.find(asker, [endpoint])
    const shared = here.filter(({ kind, owner }) => kind === 'shared' && owner === noteOwner(tool))
    return (await discard(shared.filter((note) => (account ?? note.account) === note.account))) > 0
  }

  return { at, discard, discardUnreadable, setDefault, unsetDefault, reachable, share, unshare }
}

function defaultsAmong(items: readonly Item[]): readonly NoteItem[] {
  return items.filter(isNote).filter(({ kind }) => kind === 'default')
}
