import { type Aliases, followAliases } from './aliases.ts'
import type { Asker } from './asker.ts'
import type { BrokerParts } from './broker-parts.ts'
import { type Credential, type Entry, person, type StoredItem } from './credential.ts'
import type { Hear } from './decision.ts'
import type { Failure } from './failure.ts'
import { findIn, type Read } from './find-in-stores.ts'
import type { Listing } from './listing.ts'
import type { PersonActions } from './person-actions.ts'
import type { Removal } from './remove.ts'
import type { Restorable } from './restorable.ts'
import type { SaveResult } from './save.ts'
import type { Saving } from './saving.ts'
import type { Answer, Lookup } from './selection.ts'
import type { Store } from './store.ts'
import type { Writes } from './writes.ts'

export interface BrokerOptions {
  /** Lookups ask them in this order. Saves go to the first one only. */
  readonly stores: readonly [Store, ...Store[]]
  /** Passed with every request to a store. */
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How many hours an erased, replaced or removed credential can be restored. 0: not at all. */
  readonly recoverHours: number
  /** Hosts that use the sign-in of another host. Only `find` follows them. Absent: none. */
  readonly aliases?: Aliases
  /** The user name to send with a token that has none, at a provider that credbridge does not know. */
  readonly tokenUser?: string
  /** Absent: minted credentials and tokens that end answer no lookup. */
  readonly current?: Current
  /** Hears of a token that would have been the answer, but has ended. */
  readonly signedOut?: (token: Credential) => void | Promise<void>
  /** Called for each `find`, with the lookup as it is carried out. The result hears how that is decided. */
  readonly hearing?: Hearing | undefined
}

/**
 * Answers with the current secret of a minted credential or a token, as they take part in a lookup (core/stored-view.ts).
 * `undefined` if a command must not run now, or the credential is gone. `refused` if the person has not approved the
 * command on this machine, `unavailable` if there is no secret now.
 */
export type Current = (
  store: Store,
  asker: Asker,
  shown: StoredItem<Credential>,
  stored: Credential,
) => Promise<StoredItem<Credential> | undefined>

export type Hearing = (lookup: Lookup) => Hear

/** Decides which store is asked, in which order, and what absence and failure mean. */
export interface Broker {
  /** The answer to a lookup, or `undefined`. A broken store on the way is a failure, never absence. */
  find(lookup: Lookup): Promise<Answer | undefined>
  /** Saves the credential as its owner's own and reads it back. `unchanged` and `expired`: it was not written. */
  save(credential: Credential, saving?: Saving): Promise<SaveResult>
  /** Removes the tool's own matching items and ends its use of others' matching items. False if nothing changed. */
  remove(removal: Removal): Promise<boolean>
  /** All readable items of all stores, without secrets. */
  list(): Promise<readonly Entry[]>
  /** One failure for each unreadable item of all stores. */
  problems(): Promise<readonly Failure[]>
  /** The entries that a tool may list as its own, each with the account that a lookup would return. */
  listFor(listing: Listing): Promise<readonly Entry[]>
  restorable(): Promise<Restorable>
  /** The actions of a person's commands. */
  personActions(): Promise<PersonActions>
}

export function createBroker(options: BrokerOptions): Broker {
  const { stores, asker, now, recoverHours, aliases = {}, tokenUser, current, signedOut, hearing } = options
  const withAliases = followAliases(aliases)
  const withTokenUser: BrokerParts['withTokenUser'] = (wire) =>
    wire.tokenUser === true && tokenUser !== undefined ? { ...wire, tokenUser } : wire
  let loaded: Promise<Writes> | undefined
  const writes = () => {
    const parts = { stores, asker, now, withAliases, withTokenUser }
    loaded ??= import('./writes.ts').then(({ writesOf }) => writesOf(parts, recoverHours))
    return loaded
  }
  const reads = stores.map(
    (store): Read =>
      (endpoints, account) =>
        store.find(asker, endpoints, account),
  )

  async function find(asked: Lookup): Promise<Answer | undefined> {
    const lookup = withTokenUser({ ...asked, endpoints: withAliases(asked.endpoints) })
    const found = await findIn(reads, lookup, now(), hearing?.(lookup), signedOut)
    const stored = found?.answer.credential.stored
    if (found === undefined || stored === undefined) return found?.answer
    const { answer, position } = found
    const good = await current?.(stores[position] ?? stores[0], asker, answer.credential, stored)
    if (good === undefined) return undefined
    // The stored one has the refresh token, which is for nobody who asks.
    const { stored: _, ...credential } = good
    return { ...answer, credential, ...(stored.kind === 'minted' ? { minted: true } : { token: true }) }
  }

  async function list(): Promise<readonly Entry[]> {
    const all: Entry[] = []
    for (const store of stores) all.push(...(await store.list(asker)))
    return all
  }

  async function problems(): Promise<readonly Failure[]> {
    const all: Failure[] = []
    for (const store of stores) all.push(...((await store.problems?.(asker)) ?? []))
    return all
  }

  async function save(credential: Credential, saving: Saving = {}): Promise<SaveResult> {
    if (credential.owner === person) return (await (await personActions()).set(credential)).result
    const { borrows, ...others } = saving
    return (await writes()).save(
      credential,
      borrows === undefined ? others : { ...others, borrows: withTokenUser(borrows) },
    )
  }

  async function personActions(): Promise<PersonActions> {
    return (await writes()).personActions()
  }

  return {
    find,
    save,
    remove: async (removal) => (await writes()).remove(withTokenUser(removal)),
    list,
    problems,
    listFor: async (listing) => (await import('./listing.ts')).listFor(listing, { stores, asker, withAliases, now }),
    restorable: async () => (await writes()).restorable,
    personActions,
  }
}
