import type { Credential, Entry, Found, Kind, NoteItem, Owner } from './credential.ts'
import { hasExpired, isCredential, noteOwner, samePlace, sameValue } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { type ErasedCopies, erasedCopies } from './erased.ts'
import { Failure } from './failure.ts'
import { type Keeping, keeping } from './keeping.ts'
import type { Secret } from './secret.ts'
import { type Answer, covers, type Lookup, select, usable } from './selection.ts'
import type { Store } from './store.ts'

export interface BrokerOptions {
  /** Asked in this order; what is saved goes to the first only. At least one. */
  readonly stores: readonly [Store, ...Store[]]
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How long an erased credential can be restored; 0 for not at all. */
  readonly recoverHours: number
}

export interface Saving {
  /**
   * The tool saves whatever it was answered, without anybody having signed in (git does). Then a value that it
   * borrowed is not copied.
   */
  readonly repeats?: boolean
}

export interface Removal {
  readonly tool: Owner
  readonly kinds: readonly Kind[]
  readonly endpoint: Endpoint
  /** Where else the tool's lookups would find what others saved: its use of that ends, too. */
  readonly borrowedAt?: readonly Endpoint[]
  /** Only this account; absent for all. */
  readonly account?: string
  /** Only where the secret equals this. */
  readonly secret?: Secret
  /** The tool was refused and may be wrong about it: what is removed can be restored for a while. */
  readonly recoverable?: boolean
}

/** Decides which store is asked, in which order, and what absence and failure mean. */
export interface Broker {
  /** What answers the lookup. Nothing: `undefined`. Any store on the way that is broken is a failure, not absence. */
  find(lookup: Lookup): Promise<Answer | undefined>
  /** Keeps the credential as its owner's own and verifies it; `unchanged` and `expired` wrote nothing. */
  save(credential: Credential, saving?: Saving): Promise<'saved' | 'unchanged' | 'expired'>
  /** Removes the tool's own items that match, and ends its use of others' that do. True if that changed anything. */
  remove(removal: Removal): Promise<boolean>
  /** Everything in every store, without secrets. */
  list(): Promise<readonly Entry[]>
  readonly erased: ErasedCopies
  readonly keeping: Keeping
}

export function createBroker({ stores, now, recoverHours }: BrokerOptions): Broker {
  const [first] = stores
  const erased = erasedCopies(first, now, recoverHours)

  async function find(lookup: Lookup): Promise<Answer | undefined> {
    for (const store of stores) {
      const answer = select(await store.find(lookup.endpoints, lookup.account), lookup, now())
      if (answer !== undefined) return answer
    }
    return undefined
  }

  async function save(credential: Credential, saving: Saving = {}) {
    if (hasExpired(credential, now())) return 'expired'
    const here = await first.find([credential.endpoint])
    const before = here.filter(isCredential).find((item) => samePlace(item, credential))
    const notesOf = noteOwner(credential.owner)
    const ended = here.filter((item) => item.owner === notesOf && covers(item, credential.account))
    const known = before === undefined && saving.repeats === true ? await isBorrowed(credential, here) : false
    if (ended.length === 0 && (known || (before !== undefined && sameValue(before, credential)))) return 'unchanged'
    await first.save(credential)
    await verify(credential, before)
    for (const note of ended) if (!samePlace(note, credential)) await first.remove(note)
    await erased.sweep()
    return 'saved'
  }

  async function isBorrowed(credential: Credential, here: readonly Found[]): Promise<boolean> {
    const equal = (item: Credential) => item.account === credential.account && sameValue(item, credential)
    if (here.filter(isCredential).some(equal)) return true
    for (const store of stores.slice(1)) {
      const items = await store.find([credential.endpoint], credential.account)
      if (items.filter(isCredential).some(equal)) return true
    }
    return false
  }

  /** Somebody else's newer value is as good as ours; only nothing at all or the value from before says that ours was lost. */
  async function verify(credential: Credential, before: Credential | undefined): Promise<void> {
    const now = (await first.find([credential.endpoint], credential.account)).filter(isCredential)
    const kept = now.find((item) => samePlace(item, credential))
    const lost = kept === undefined || (before !== undefined && sameValue(kept, before))
    if (!lost || (kept !== undefined && sameValue(kept, credential))) return
    throw new Failure(
      'internal',
      `the ${first.name} store did not keep the credential for ${credential.endpoint.key}`,
      {
        hints: ['credbridge doctor'],
      },
    )
  }

  async function remove(removal: Removal): Promise<boolean> {
    let changed = false
    for (const store of stores) changed = (await removeFrom(store, removal)) || changed
    if (changed) await erased.sweep()
    return changed
  }

  async function removeFrom(store: Store, removal: Removal): Promise<boolean> {
    const { tool, endpoint, borrowedAt = [], account, secret } = removal
    const endpoints = [endpoint, ...borrowedAt]
    const there = await store.find(endpoints, account)
    const here = there.filter((item) => sameEndpoint(item.endpoint, endpoint))
    const ended = here.filter((item) => item.owner === noteOwner(tool) && item.kind === 'ended')
    const matching = usable(there, { ...removal, endpoints }, ended).filter(
      (item) => secret === undefined || item.secret.equals(secret),
    )
    const own = matching.filter((item) => item.owner === tool && here.includes(item))
    const borrowed = matching.filter((item) => item.owner !== tool)
    for (const item of own) {
      if (removal.recoverable === true && secret !== undefined) await erased.keep(item)
      else await erased.forget(item)
      await store.remove(item, secret)
    }
    if (borrowed.length > 0) await store.save(endedNote(removal))
    return own.length + borrowed.length > 0
  }

  async function list(): Promise<readonly Entry[]> {
    const all: Entry[] = []
    for (const store of stores) all.push(...(await store.list()))
    return all
  }

  return { find, save, remove, list, erased, keeping: keeping(stores) }
}

/** The tool uses what others saved here no longer, until its next save. */
function endedNote({ tool, endpoint, account }: Removal): NoteItem {
  const everyAccount = account === undefined
  return {
    endpoint,
    account: account ?? '',
    owner: noteOwner(tool),
    kind: 'ended',
    ...(everyAccount ? { everyAccount } : {}),
  }
}
