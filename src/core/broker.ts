import { type Aliases, reachThrough } from './aliases.ts'
import type { Asker } from './asker.ts'
import { toolOf, tooMany } from './configuration.ts'
import type { Credential, Entry, Found, Kind, NoteItem, Owner } from './credential.ts'
import { hasExpired, isCredential, isNote, noteOwner, person, samePlace, sameValue, secretOf } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { type ErasedCopies, erasedCopies } from './erased.ts'
import type { Failure } from './failure.ts'
import { findIn, type Read } from './find-in-stores.ts'
import { type Listing, listFor } from './listing.ts'
import { type Keeping, keeping } from './person-actions.ts'
import { saveNote } from './save-note.ts'
import { saveVerified } from './save-verified.ts'
import type { Saving } from './saving.ts'
import type { Secret } from './secret.ts'
import { type Answer, covers, type Lookup, usableAt } from './selection.ts'
import type { Store } from './store.ts'
import { fromLaterVersion } from './unknown-item.ts'

export interface BrokerOptions {
  /** Asked in this order; what is saved goes to the first only. At least one. */
  readonly stores: readonly [Store, ...Store[]]
  /** Who asks: it goes along with each request to a store. */
  readonly asker: Asker
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** How long an erased credential can be restored; 0 for not at all. */
  readonly recoverHours: number
  /** Hosts whose sign-in is another host's, for finding only; absent for none. */
  readonly aliases?: Aliases
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
  /** Everything in every store that can be read, without secrets. */
  list(): Promise<readonly Entry[]>
  /** What in every store cannot be read. */
  problems(): Promise<readonly Failure[]>
  /** What a tool may show as its own: each with the account that it would be answered with. */
  listFor(listing: Listing): Promise<readonly Entry[]>
  readonly erased: ErasedCopies
  readonly keeping: Keeping
}

export function createBroker({ stores, asker, now, recoverHours, aliases = {} }: BrokerOptions): Broker {
  const [first] = stores
  const erased = erasedCopies(first, asker, now, recoverHours)
  const reach = reachThrough(aliases)
  const reads = stores.map(
    (store): Read =>
      (endpoints, account) =>
        store.find(asker, endpoints, account),
  )

  async function save(credential: Credential, saving: Saving = {}) {
    if (hasExpired(credential, now())) return 'expired'
    const here = await first.find(asker, [credential.endpoint])
    const before = here.filter(isCredential).find((item) => samePlace(item, credential))
    const ended = here.filter((item) => covers(item, credential.account) && isLifted(item, credential))
    const replaced = saving.oneAccount === true ? otherAccounts(here, credential) : []
    const known = before === undefined && saving.repeats === true && (await isRepeated(credential, here, saving))
    if (known && saving.lists === true) return (await listToo(credential, here)) ? 'saved' : 'unchanged'
    const kept =
      known || (before !== undefined && sameValue(before, credential) && before.spelling === credential.spelling)
    if (kept && ended.length === 0 && replaced.length === 0) return 'unchanged'
    const drop = async () => {
      for (const other of replaced) await first.remove(asker, other, other.secret)
    }
    if (first.traits.accounts === 'one') await drop()
    await saveVerified(first, asker, withMembersOf(before, credential), here, saving)
    if (first.traits.accounts !== 'one') await drop()
    if (replaced.length > 0 && !(await isKept(credential))) await first.save(asker, withMembersOf(before, credential))
    for (const note of ended) if (!samePlace(note, credential)) await first.remove(asker, note)
    for (const item of tooMany(here, credential.owner)) await first.remove(asker, item, secretOf(item))
    await erased.sweep()
    return 'saved'
  }

  /** Where a tool keeps one account, it repeats only what it would be answered without naming one. */
  async function isRepeated(credential: Credential, here: readonly Found[], { oneAccount }: Saving): Promise<boolean> {
    if (!(await isBorrowed(credential, here))) return false
    if (oneAccount !== true) return true
    const { owner, kind, endpoint, account } = credential
    const lookup = { tool: owner, kinds: [kind], endpoints: reach([endpoint]), oneAccount }
    const answer = await findIn(reads, lookup, now()).catch(() => undefined)
    return answer !== undefined && answer.credential.account === account && sameValue(answer.credential, credential)
  }

  /** Has the tool list what it repeats; false where it does already. */
  async function listToo({ endpoint, account, owner }: Credential, here: readonly Found[]): Promise<boolean> {
    const tool = toolOf(owner)
    if (here.some((item) => item.kind === 'shared' && item.owner === tool && item.account === account)) return false
    await keeping(stores, asker, reach).share(endpoint, account, tool)
    return true
  }

  /** Whether the tool has this from elsewhere: from another owner, through an alias, from a later store. */
  async function isBorrowed(credential: Credential, here: readonly Found[]): Promise<boolean> {
    const equal = (item: Credential) =>
      item.account === credential.account && sameValue(item, credential) && !isOtherConfigurations(item, credential)
    if (here.filter(isCredential).some(equal)) return true
    const endpoints = reach([credential.endpoint])
    for (const store of endpoints.length > 1 ? stores : stores.slice(1)) {
      const items = await store.find(asker, endpoints, credential.account)
      if (items.filter(isCredential).some(equal)) return true
    }
    return false
  }

  /** Two logins at once, each replacing the other, must not leave none. */
  async function isKept(credential: Credential): Promise<boolean> {
    return (await first.find(asker, [credential.endpoint], credential.account)).some((item) =>
      samePlace(item, credential),
    )
  }

  async function remove(removal: Removal): Promise<boolean> {
    const { tool, endpoint, account, secret } = removal
    const aliased = reach([endpoint]).slice(1)
    const endpoints = [endpoint, ...aliased, ...reach(removal.borrowedAt ?? [])]
    const isAt = (places: readonly Endpoint[]) => (item: Found) =>
      places.some((place) => sameEndpoint(item.endpoint, place))
    const [isHere, isThroughAlias] = [isAt([endpoint]), isAt(aliased)]
    const notes: Found[] = []
    const inFirst: Found[] = []
    let unreadable: Found | undefined
    let [changed, borrows] = [false, false]
    if (!isRecoverable(removal)) await erased.forget({ endpoint, account, owner: tool, secret })
    for (const store of stores) {
      const found = await store.find(asker, endpoints, account)
      const there = usableAt([...notes, ...found], { ...removal, endpoints })
      const matching = there
        .flatMap(({ usable }) => usable)
        .filter((item) => secret === undefined || item.secret.equals(secret))
      const later = secret === undefined ? there.flatMap(({ later }) => later) : []
      const own = matching.filter((item) => item.owner === tool && isHere(item))
      for (const item of own) {
        if (isRecoverable(removal)) await erased.keep(item)
        await store.remove(asker, item, secret)
      }
      borrows ||= [...matching, ...later].some((item) => item.owner !== tool || isThroughAlias(item))
      changed ||= borrows || own.length > 0
      unreadable ??= later.find((item) => item.owner === tool && isHere(item))
      notes.push(...found.filter(isNote))
      if (store === first) inFirst.push(...found)
    }
    const shared = notes.filter((note) => note.kind === 'shared' && note.owner === noteOwner(tool) && isHere(note))
    for (const note of shared) if ((account ?? note.account) === note.account) await first.remove(asker, note)
    const until = isRecoverable(removal) ? erased.until() : undefined
    if (borrows) await saveNote(first, asker, endedNote(removal, until), inFirst)
    if (!changed && unreadable !== undefined) throw fromLaterVersion(unreadable)
    if (changed) await erased.sweep()
    return changed
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

  return {
    find: (lookup) => findIn(reads, { ...lookup, endpoints: reach(lookup.endpoints) }, now()),
    save,
    remove,
    list,
    problems,
    listFor: (listing) => listFor(listing, { stores, asker, reach, now }),
    erased,
    keeping: keeping(stores, asker, reach),
  }
}

/** A tool's login lifts what it had ended itself, a person's word what any tool had: it says what is to be used here. */
function isLifted(note: Found, { owner }: Credential): boolean {
  return owner === person || note.owner === noteOwner(owner)
}

/** What replaces a credential keeps the members of it that this version does not know. */
function withMembersOf(before: Credential | undefined, credential: Credential): Credential {
  return before?.more === undefined ? credential : { ...credential, more: before.more }
}

/** Another configuration's sign-in at this very endpoint: each keeps one of its own. */
function isOtherConfigurations(item: Credential, { owner, endpoint }: Credential): boolean {
  return item.owner !== owner && toolOf(item.owner) === toolOf(owner) && sameEndpoint(item.endpoint, endpoint)
}

function isRecoverable({ recoverable, secret }: Removal): boolean {
  return recoverable === true && secret !== undefined
}

/** What a tool saved here for others than this account. */
function otherAccounts(here: readonly Found[], { owner, account }: Credential): readonly Found<Credential>[] {
  return here.filter(isCredential).filter((item) => item.owner === owner && item.account !== account)
}

/** The tool uses what others saved here no longer, until its next save; what it was refused can be resumed until then. */
function endedNote({ tool, endpoint, account }: Removal, until: number | undefined): NoteItem {
  const everyAccount = account === undefined
  return {
    endpoint,
    account: account ?? '',
    owner: noteOwner(tool),
    kind: 'ended',
    ...(everyAccount ? { everyAccount } : {}),
    ...(until === undefined ? {} : { until }),
  }
}
