import type { Asker } from './asker.ts'
import { copiesEndpoint } from './copies-endpoint.ts'
import type { Credential, Item, NoteItem, Owner, Place, StoredItem } from './credential.ts'
import { isCredential, isNote, ourselves, python } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure } from './failure.ts'
import { hint, placeWords } from './hint.ts'
import { pythonServices } from './python-services.ts'
import { samePlace, sameValue } from './same.ts'
import type { Secret } from './secret.ts'
import { covers } from './selection.ts'
import type { Store } from './store.ts'

/** A copy of a credential that was erased, replaced or removed. */
export type Copy = StoredItem<NoteItem> & { readonly erased: Credential }

/**
 * Copies of credentials that can be restored for a while (rule 6 of docs/architecture.md), one for each endpoint,
 * account and owner.
 * A caller that has read the items at `copiesEndpoint` passes them as `items`; they are then not read again.
 */
export interface Restorable {
  /** Keeps a copy of a credential about to be removed. False if it cannot be restored. `taken`: see `NoteItem`. */
  keep(credential: Credential, taken?: NoteItem['taken']): Promise<boolean>
  /** Removes the matching copies for good. Returns their number. */
  forget(which: Which, items?: readonly Item[]): Promise<number>
  /** Removes the copies that are past their time. Returns their number. */
  sweep(items?: readonly Item[]): Promise<number>
  /** The copies that can still be restored. */
  all(): Promise<readonly Copy[]>
  /** The matching ones of `all`. */
  at(endpoint: Endpoint, account?: string): Promise<readonly Copy[]>
  /**
   * Restores the copies of one account as their owners' own. Without a copy in time it restores none. `ambiguous` if
   * there are several accounts and none is named. A newer credential at a copy's place stays unless `replace` is set;
   * `refused` if that holds back every copy. A replaced credential can itself be restored.
   */
  restore(endpoint: Endpoint, account?: string, replace?: boolean): Promise<Restored>
  /** Lifts the `ended` notes that a server's refusal left and that are in time. Returns the lifted notes. */
  resume(endpoint: Endpoint, account?: string): Promise<readonly NoteItem[]>
  /** Until when a credential removed now can be restored, in milliseconds since 1970; `undefined` if not at all. */
  until(): number | undefined
  /** The time of the removal, from a copy's `until`; both in milliseconds since 1970. */
  madeAt(until: number): number
}

export interface Restored {
  readonly back: readonly Credential[]
  /** Copies not restored because their place holds a newer credential. */
  readonly waiting: readonly Credential[]
}

/** Selects copies. An absent member matches all. */
export interface Which {
  readonly endpoint: Endpoint
  readonly account?: string | undefined
  readonly owner?: Owner | undefined
  readonly secret?: Secret | undefined
}

const hour = 3_600_000

export function restorableIn(store: Store, asker: Asker, now: () => number, hours: number): Restorable {
  const readCopies = () => store.find(asker, [copiesEndpoint])

  async function keep(credential: Credential, taken?: NoteItem['taken']): Promise<boolean> {
    const end = until()
    if (end === undefined || !store.traits.extras) return false
    const how = taken === undefined ? {} : { taken }
    await store.save(asker, { ...placeOf(credential), kind: 'erased', until: end, erased: credential, ...how })
    return true
  }

  async function drop(which: (copy: NoteItem) => boolean, items?: readonly Item[]): Promise<number> {
    if (!store.traits.extras) return 0
    const copies = (items ?? (await readCopies())).filter(isNote).filter(({ kind }) => kind === 'erased')
    const dropped = copies.filter(which)
    for (const copy of dropped) await store.remove(asker, copy)
    return dropped.length
  }

  async function all(): Promise<readonly Copy[]> {
    return newestOfEach(copiesAmong(await readCopies()).filter(isInTime))
  }

  async function at(endpoint: Endpoint, account?: string): Promise<readonly Copy[]> {
    return (await all()).filter((copy) => fits(copy, { endpoint, account }))
  }

  async function restore(endpoint: Endpoint, account?: string, replace = false): Promise<Restored> {
    const copies = await at(endpoint, account)
    const accounts = [...new Set(copies.map(({ erased }) => erased.account))]
    if (accounts.length > 1) throw severalAccounts(endpoint, accounts)
    const back: Credential[] = []
    const waiting: Credential[] = []
    for (const found of copies) {
      // Nothing must be renewed meanwhile: a copy of it would have a refresh token that is used up.
      await store.alone(asker, found.erased, async () => {
        const copy = copiesAmong(await readCopies()).find((one) => samePlace(one, found))
        if (copy === undefined) return
        const there = await credentialAt(copy.erased)
        const another = there === undefined || sameValue(there, copy.erased) ? undefined : there
        if (another !== undefined && !replace) waiting.push(copy.erased)
        else {
          await putBack(copy, another)
          back.push(copy.erased)
        }
      })
    }
    const [first] = waiting
    if (back.length === 0 && first !== undefined) throw newerThere(endpoint, first.account)
    return { back, waiting }
  }

  async function putBack(copy: Copy, another: Credential | undefined): Promise<void> {
    await store.save(asker, copy.erased)
    const kept = another !== undefined && (await keep(another, 'replaced')) ? placeOf(another) : undefined
    const copies = copiesAmong(await readCopies()).filter(({ erased }) => samePlace(erased, copy.erased))
    for (const one of copies) if (one.account !== kept?.account) await store.remove(asker, one)
  }

  async function credentialAt(place: Credential): Promise<Credential | undefined> {
    const items = await store.find(asker, [place.endpoint], place.account)
    return items.filter(isCredential).find((item) => samePlace(item, place))
  }

  async function resume(endpoint: Endpoint, account?: string): Promise<readonly NoteItem[]> {
    const notes = (await store.find(asker, [endpoint])).filter(isNote)
    const lifted = notes.filter(
      (note) => note.kind === 'ended' && isInTime(note) && covers(note, account ?? note.account),
    )
    for (const note of lifted) await store.remove(asker, note)
    return lifted
  }

  function until(): number | undefined {
    return hours === 0 ? undefined : now() + hours * hour
  }

  function isInTime(note: NoteItem): boolean {
    return note.until !== undefined && note.until > now()
  }

  return {
    keep,
    forget: (which, items) => drop((copy) => fits(copy, which), items),
    sweep: (items) => drop((copy) => !isInTime(copy), items),
    all,
    at,
    restore,
    resume,
    until,
    madeAt: (until) => until - hours * hour,
  }
}

export function copiesAmong(items: readonly Item[]): readonly Copy[] {
  return items.filter(isNote).filter((note): note is Copy => note.kind === 'erased' && note.erased !== undefined)
}

function placeOf({ endpoint, account, owner }: Credential): Place {
  const name = JSON.stringify([endpoint.form, endpoint.key, account, owner])
  return { endpoint: copiesEndpoint, account: name, owner: ourselves }
}

/** Earlier versions named a copy's place differently, so there may be an older copy of the same credential. */
function newestOfEach(copies: readonly Copy[]): readonly Copy[] {
  const newestFirst = [...copies].sort((a, b) => (b.until ?? 0) - (a.until ?? 0))
  return newestFirst.filter((copy, at) => newestFirst.findIndex((one) => samePlace(one.erased, copy.erased)) === at)
}

function fits({ erased }: NoteItem, { endpoint, account, owner, secret }: Which): boolean {
  if (erased === undefined || !isAt(erased, endpoint)) return false
  if (secret !== undefined && !erased.secret.equals(secret)) return false
  return (account ?? erased.account) === erased.account && (owner ?? erased.owner) === erased.owner
}

function isAt(erased: Credential, endpoint: Endpoint): boolean {
  const pythons = erased.owner === python ? pythonServices(endpoint) : []
  return [endpoint, ...pythons].some((one) => sameEndpoint(one, erased.endpoint))
}

function newerThere(endpoint: Endpoint, account: string): Failure {
  return new Failure('refused', `there is a newer sign-in to ${endpoint.key}`, {
    hints: [hint`to restore the older one: credbridge restore --replace ${placeWords(endpoint, account)}`],
  })
}

function severalAccounts(endpoint: Endpoint, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', `several accounts of ${endpoint.key} can be restored`, {
    hints: accounts.map((account) => hint`credbridge restore ${placeWords(endpoint, account)}`),
  })
}
