import { type Aliases, followAliases } from './aliases.ts'
import type { Asker } from './asker.ts'
import type { BrokerParts } from './broker-parts.ts'
import { type Credential, type Entry, person } from './credential.ts'
import type { Failure } from './failure.ts'
import { findIn, type Read } from './find-in-stores.ts'
import { type Listing, listFor } from './listing.ts'
import type { PersonActions } from './person-actions.ts'
import { type Removal, removeFor } from './remove.ts'
import { type Restorable, restorableIn } from './restorable.ts'
import { type SaveResult, saveFor } from './save.ts'
import type { Saving } from './saving.ts'
import type { Answer, Lookup } from './selection.ts'
import type { Store } from './store.ts'

export interface BrokerOptions {
  /** Asked in this order; what is saved goes to the first only. At least one. */
  readonly stores: readonly [Store, ...Store[]]
  /** Who asks: it goes along with each request to a store. */
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How long what was erased, replaced or removed can be restored; 0 for not at all. */
  readonly recoverHours: number
  /** Hosts whose sign-in is another host's, for finding only; absent for none. */
  readonly aliases?: Aliases
  /** The user name that is sent with a token that has none, where no provider's own is known. */
  readonly tokenUser?: string
}

/** Decides which store is asked, in which order, and what absence and failure mean. */
export interface Broker {
  /** What answers the lookup. Nothing: `undefined`. Any store on the way that is broken is a failure, not absence. */
  find(lookup: Lookup): Promise<Answer | undefined>
  /** Keeps the credential as its owner's own and verifies it; `unchanged` and `expired` wrote nothing. */
  save(credential: Credential, saving?: Saving): Promise<SaveResult>
  /** Removes the tool's own items that match, and ends its use of others' that do. True if that changed anything. */
  remove(removal: Removal): Promise<boolean>
  /** Everything in every store that can be read, without secrets. */
  list(): Promise<readonly Entry[]>
  /** What in every store cannot be read. */
  problems(): Promise<readonly Failure[]>
  /** What a tool may show as its own: each with the account that it would be answered with. */
  listFor(listing: Listing): Promise<readonly Entry[]>
  readonly restorable: Restorable
  /** What people do, loaded when first asked for: no client's call needs it. */
  personActions(): Promise<PersonActions>
}

export function createBroker(options: BrokerOptions): Broker {
  const { stores, asker, now, recoverHours, aliases = {}, tokenUser } = options
  const withAliases = followAliases(aliases)
  const restorable = restorableIn(stores[0], asker, now, recoverHours)
  const withTokenUser: BrokerParts['withTokenUser'] = (wire) =>
    wire.tokenUser === true && tokenUser !== undefined ? { ...wire, tokenUser } : wire
  const parts: BrokerParts = { stores, asker, now, withAliases, restorable, withTokenUser }
  const reads = stores.map(
    (store): Read =>
      (endpoints, account) =>
        store.find(asker, endpoints, account),
  )

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
    return saveFor(parts, credential, borrows === undefined ? others : { ...others, borrows: withTokenUser(borrows) })
  }

  async function personActions(): Promise<PersonActions> {
    return (await import('./person-actions.ts')).personActions(parts)
  }

  return {
    find: (lookup) => findIn(reads, withTokenUser({ ...lookup, endpoints: withAliases(lookup.endpoints) }), now()),
    save,
    remove: (removal) => removeFor(parts, withTokenUser(removal)),
    list,
    problems,
    listFor: (listing) => listFor(listing, { stores, asker, withAliases, now }),
    restorable,
    personActions,
  }
}
