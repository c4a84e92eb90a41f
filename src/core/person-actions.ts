import type { BrokerParts } from './broker-parts.ts'
import { withoutConfiguration } from './configuration.ts'
import type { Credential, Entry, Item, NoteItem, Owner } from './credential.ts'
import { isCredential, isNote, isNoteKind, noteOwner, ourselves, samePlace, secretOf } from './credential.ts'
import { type EndedUse, endedUses } from './ended-uses.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure, isFailure, withHints } from './failure.ts'
import { endpointWords, shellWord } from './hint.ts'
import { type PersonsWord, setByPerson } from './persons-word.ts'
import { saveNote } from './save-note.ts'
import { covers } from './selection.ts'
import type { Store } from './store.ts'

/** What a person may do with what is kept, across the stores in use and whoever saved it. */
export interface PersonActions {
  /** The credentials at an endpoint, without secrets, and what this version does not know. */
  entriesAt(endpoint: Endpoint, account?: string): Promise<readonly Entry[]>
  /** Keeps what a person says: it goes first, for every tool. */
  set(credential: Credential): Promise<PersonsWord>
  /** Removes this, for good or restorable for a while where that can be; nothing there: `absent`. */
  remove(entry: Entry, how: 'restorable' | 'final'): Promise<'restorable' | 'final' | 'absent'>
  /** Removes what at an endpoint is damaged or of a later version, or only counts it; how many there were. */
  removeUnreadable(endpoint: Endpoint, only?: 'count'): Promise<number>
  /** Says which account is meant where no user is named. No such account: `refused`. */
  setDefault(endpoint: Endpoint, account: string): Promise<void>
  /** Takes that back; the accounts that were the default. */
  unsetDefault(endpoint: Endpoint): Promise<readonly string[]>
  /** What a tool could be answered with at an endpoint, through aliases too, without secrets. */
  reachable(endpoint: Endpoint, account?: string): Promise<readonly Entry[]>
  /** Lets a tool list what others saved for this account, as if it had saved it; lifts what ended its use. */
  share(endpoint: Endpoint, account: string, tool: Owner): Promise<void>
  /** Takes that back, and with `endUse` the tool has it no longer until it is shared again; whether that changed anything. */
  unshare(endpoint: Endpoint, account: string, tool: Owner, endUse: boolean): Promise<boolean>
  /** Which tools have ended their use of what others saved, among all entries. */
  endedUses(entries: readonly Entry[]): Promise<readonly EndedUse[]>
}

export function personActions(parts: BrokerParts): PersonActions {
  const { stores, asker, withAliases, restorable } = parts
  const [first] = stores

  async function entriesAt(endpoint: Endpoint, account?: string): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (const store of stores) entries.push(...(await store.list(asker)))
    return entries.filter(
      (entry) =>
        sameEndpoint(entry.endpoint, endpoint) &&
        (account === undefined || entry.account === account) &&
        !isNoteKind(entry.kind),
    )
  }

  async function remove(entry: Entry, how: 'restorable' | 'final'): Promise<'restorable' | 'final' | 'absent'> {
    let done: 'restorable' | 'final' | 'absent' = 'absent'
    for (const store of stores) {
      const item = how === 'final' ? undefined : await itemAt(store, entry)
      const kept = item !== undefined && isCredential(item) && (await keepCopy(item))
      if (await store.remove(asker, entry, kept ? secretOf(item) : undefined)) done = kept ? 'restorable' : 'final'
    }
    return done
  }

  async function removeUnreadable(endpoint: Endpoint, only?: 'count'): Promise<number> {
    let count = 0
    for (const store of stores) count += (await store.removeUnreadable?.(asker, endpoint, only)) ?? 0
    return count
  }

  /** Nothing that can be kept: also where something else at the endpoint is damaged. */
  async function itemAt(store: Store, { endpoint, account, owner }: Entry): Promise<Item | undefined> {
    const items = await store.find(asker, [endpoint], account).catch((error) => {
      if (isFailure(error) && error.code === 'malformed') return []
      throw error
    })
    return items.find((item) => samePlace(item, { endpoint, account, owner }))
  }

  async function keepCopy(item: Credential): Promise<boolean> {
    try {
      return await restorable.keep(item, 'removed')
    } catch (error) {
      if (!isFailure(error) || error.code !== 'too-large') throw error
      const words = `${endpointWords(item.endpoint)} ${shellWord(item.account)}`
      throw withHints(error, [`to remove it for good: credbridge remove --final ${words}`])
    }
  }

  async function setDefault(endpoint: Endpoint, account: string): Promise<void> {
    if ((await entriesAt(endpoint, account)).length === 0) {
      throw new Failure('refused', `${endpoint.key} has no such account`, {
        hints: [`credbridge list ${endpointWords(endpoint)}`],
      })
    }
    const items = await first.find(asker, [endpoint])
    await saveNote(first, asker, { endpoint, account, owner: ourselves, kind: 'default' }, items)
    for (const note of defaultsAmong(items)) if (note.account !== account) await first.remove(asker, note)
  }

  async function unsetDefault(endpoint: Endpoint): Promise<readonly string[]> {
    const defaults = defaultsAmong(await first.find(asker, [endpoint]))
    for (const note of defaults) await first.remove(asker, note)
    return defaults.map(({ account }) => account)
  }

  async function reachable(endpoint: Endpoint, account?: string): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (const place of withAliases([endpoint])) entries.push(...(await entriesAt(place, account)))
    return entries
  }

  /** A tool's own item and its notes share one place: what it saved itself is listed anyway and must not be replaced. */
  async function share(endpoint: Endpoint, account: string, tool: Owner): Promise<void> {
    const items = await first.find(asker, [endpoint], account)
    if (items.some((item) => isCredential(item) && item.owner === tool)) return
    const note: NoteItem = { endpoint, account, owner: noteOwner(tool), kind: 'shared' }
    await saveNote(first, asker, note, items)
    const ended = items.filter((item) => withoutConfiguration(item.owner) === note.owner && covers(item, account))
    for (const item of ended) if (!samePlace(item, note)) await first.remove(asker, item)
  }

  async function unshare(endpoint: Endpoint, account: string, tool: Owner, endUse: boolean): Promise<boolean> {
    const items = await first.find(asker, [endpoint], account)
    const owner = noteOwner(tool)
    const shared = items.filter(
      (item) => item.kind === 'shared' && withoutConfiguration(item.owner) === owner && item.account === account,
    )
    const isEnded = items.some((item) => item.owner === owner && covers(item, account))
    const isOwn = items.some((item) => isCredential(item) && item.owner === tool)
    let changed = endUse && !isEnded && !isOwn
    if (changed) await saveNote(first, asker, { endpoint, account, owner, kind: 'ended' }, items)
    for (const note of shared) {
      // The note that its use has ended has taken the place of the one that it is shared.
      if (!changed || note.owner !== owner) changed = (await first.remove(asker, note)) || changed
    }
    return changed
  }

  return {
    entriesAt,
    set: (credential) => setByPerson(parts, credential),
    remove,
    removeUnreadable,
    setDefault,
    unsetDefault,
    reachable,
    share,
    unshare,
    endedUses: (entries) => endedUses(parts, entries),
  }
}

function defaultsAmong(items: readonly Item[]): readonly NoteItem[] {
  return items.filter(isNote).filter(({ kind }) => kind === 'default')
}
