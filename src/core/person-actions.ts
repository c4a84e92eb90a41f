import type { BrokerParts } from './broker-parts.ts'
import { withoutConfiguration } from './configuration.ts'
import type { Credential, Entry, Item, NoteItem, Owner } from './credential.ts'
import { isCredential, isNote, isNoteKind, noteOwner, ourselves, secretOf } from './credential.ts'
import { type EndedUse, endedUses } from './ended-uses.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure, isFailure, withHints } from './failure.ts'
import { endpointWords, hint, placeWords } from './hint.ts'
import { type SetResult, setByPerson } from './persons-word.ts'
import { samePlace } from './same.ts'
import { saveNote } from './save-note.ts'
import { covers } from './selection.ts'
import type { Store } from './store.ts'
import { type StoredEntry, storedEntries } from './stored-entries.ts'
import { kindsShown, printedKind } from './stored-view.ts'

/** A person's actions on the items of all owners in the stores in use. */
export interface PersonActions {
  /** The credentials and unknown items at an endpoint, without secrets. */
  entriesAt(endpoint: Endpoint, account?: string): Promise<readonly Entry[]>
  /** Saves a person's credential. It takes precedence for every tool. */
  set(credential: Credential): Promise<SetResult>
  /** Removes an entry. Returns `final` if it could not be kept restorable, `absent` if it did not exist. */
  remove(entry: Entry, how: 'restorable' | 'final'): Promise<'restorable' | 'final' | 'absent'>
  /** Removes or counts the items at an endpoint that are damaged or of a later version. Returns their number. */
  removeUnreadable(endpoint: Endpoint, only?: 'count'): Promise<number>
  /** Makes the account the default for lookups without a user. `refused` if there is no such account. */
  setDefault(endpoint: Endpoint, account: string): Promise<void>
  /** Removes the default. Returns the accounts that had it. */
  unsetDefault(endpoint: Endpoint): Promise<readonly string[]>
  /** The entries that could answer a lookup at the endpoint, aliases included, with the kinds that they answer as. */
  reachable(endpoint: Endpoint, account?: string): Promise<readonly Entry[]>
  /** Lets a tool list this account as if it had saved it, and removes the notes that ended its use. */
  share(endpoint: Endpoint, account: string, tool: Owner): Promise<void>
  /**
   * Undoes `share`. With `endUse` the tool no longer gets the account until the next share. False if nothing changed.
   */
  unshare(endpoint: Endpoint, account: string, tool: Owner, endUse: boolean): Promise<boolean>
  /** The minted credentials among these entries. */
  minted(entries: readonly Entry[]): Promise<readonly StoredEntry[]>
  /** The tokens among these entries. */
  tokens(entries: readonly Entry[]): Promise<readonly StoredEntry[]>
  /** The ended uses among these entries. */
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
      const removeHere = async () => {
        const item = how === 'final' ? undefined : await itemAt(store, entry)
        const kept = item !== undefined && isCredential(item) && (await keepCopy(item))
        if (await store.remove(asker, entry, kept ? secretOf(item) : undefined)) done = kept ? 'restorable' : 'final'
      }
      // A token must not be renewed meanwhile: the copy would have a refresh token that is used up.
      await (entry.kind === 'token' ? store.alone(asker, entry, removeHere) : removeHere())
    }
    return done
  }

  async function removeUnreadable(endpoint: Endpoint, only?: 'count'): Promise<number> {
    let count = 0
    for (const store of stores) count += (await store.removeUnreadable?.(asker, endpoint, only)) ?? 0
    return count
  }

  /** The item to copy; `undefined` if it does not exist or an item at the endpoint is damaged. */
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
      const words = placeWords(item.endpoint, item.account)
      throw withHints(error, [hint`to remove it for good: credbridge remove --final ${words}`])
    }
  }

  async function setDefault(endpoint: Endpoint, account: string): Promise<void> {
    if ((await entriesAt(endpoint, account)).length === 0) {
      throw new Failure('refused', `${endpoint.key} has no such account`, {
        hints: [hint`credbridge list ${endpointWords(endpoint)}`],
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
    const minted = await storedEntries(parts, entries, 'minted')
    return entries.flatMap((entry) => {
      const item = minted.map((one) => one.item).find((one) => samePlace(one, entry))
      const kinds = item === undefined ? kindsShown(entry) : [printedKind(item)]
      return kinds.map((kind) => ({ ...entry, kind }))
    })
  }

  /** A tool's own item and its note have the same place. The note must not replace the item, which is listed anyway. */
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
      // The `ended` note was saved at the place of the `shared` note and has replaced it.
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
    minted: (entries) => storedEntries(parts, entries, 'minted'),
    tokens: (entries) => storedEntries(parts, entries, 'token'),
    endedUses: (entries) => endedUses(parts, entries),
  }
}

function defaultsAmong(items: readonly Item[]): readonly NoteItem[] {
  return items.filter(isNote).filter(({ kind }) => kind === 'default')
}
