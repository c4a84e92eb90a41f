import type { Asker } from './asker.ts'
import type { Credential, Found, NoteItem, Owner } from './credential.ts'
import { isCredential, isNote, ourselves, samePlace } from './credential.ts'
import { type Endpoint, sameEndpoint, serviceName } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords, shellWord } from './hint.ts'
import type { Secret } from './secret.ts'
import { covers } from './selection.ts'
import type { Store } from './store.ts'

/** The one place where all copies lie. No dialect can ask for it: nothing answers with notes. */
const bin = serviceName('erased')

/** Credentials that a tool erased, restorable for a while: rule 6 of docs/architecture.md. One for each endpoint and account. */
export interface ErasedCopies {
  /** Keeps a copy before its original is removed. Does nothing where recovery is turned off. */
  keep(credential: Credential): Promise<void>
  /** Drops the copies that fit, each at once and for good; how many. */
  forget(which: Which): Promise<number>
  /** Drops copies whose time is over; how many. */
  sweep(): Promise<number>
  /**
   * Puts the copy back as its owner's own. No copy, or one whose time is over: `undefined`. Several accounts and none
   * named: `ambiguous`. Something else lies there by now: `refused`, unless it is to be replaced.
   */
  restore(endpoint: Endpoint, account?: string, replace?: boolean): Promise<Credential | undefined>
  /** Lets tools use again what others saved, where they were refused within the time; the notes that this lifted. */
  resume(endpoint: Endpoint, account?: string): Promise<readonly NoteItem[]>
  /** Until when what is erased now can be restored; absent where it cannot be. */
  until(): number | undefined
}

/** Which copies: at an endpoint, of this account, owner and secret where they are said. */
export interface Which {
  readonly endpoint: Endpoint
  readonly account?: string | undefined
  readonly owner?: Owner | undefined
  readonly secret?: Secret | undefined
}

export function erasedCopies(store: Store, asker: Asker, now: () => number, hours: number): ErasedCopies {
  const place = (of: { endpoint: Endpoint; account: string }) => ({
    endpoint: bin,
    account: `${of.endpoint.key} ${of.account}`,
    owner: ourselves,
  })

  async function copies(): Promise<readonly Found<NoteItem>[]> {
    return (await store.find(asker, [bin])).filter(isNote).filter(({ kind }) => kind === 'erased')
  }

  function until(): number | undefined {
    return hours === 0 ? undefined : now() + hours * 3_600_000
  }

  async function keep(credential: Credential): Promise<void> {
    const end = until()
    if (end === undefined || !store.traits.extras) return
    await store.save(asker, { ...place(credential), kind: 'erased', until: end, erased: credential })
  }

  async function drop(which: (copy: NoteItem) => boolean): Promise<number> {
    if (!store.traits.extras) return 0
    const dropped = (await copies()).filter(which)
    for (const copy of dropped) await store.remove(asker, copy)
    return dropped.length
  }

  async function restore(endpoint: Endpoint, account?: string, replace = false): Promise<Credential | undefined> {
    const fitting = (await copies()).filter((copy) => fits(copy, { endpoint, account }) && isInTime(copy))
    const [copy] = fitting
    if (copy?.erased === undefined) return undefined
    if (fitting.length > 1) throw severalAccounts(endpoint, fitting)
    if (!replace) await refuseToReplace(copy.erased)
    await store.save(asker, copy.erased)
    await store.remove(asker, copy)
    return copy.erased
  }

  async function resume(endpoint: Endpoint, account?: string): Promise<readonly NoteItem[]> {
    const here = (await store.find(asker, [endpoint])).filter(isNote)
    const lifted = here.filter(
      (note) => note.kind === 'ended' && isInTime(note) && covers(note, account ?? note.account),
    )
    for (const note of lifted) await store.remove(asker, note)
    return lifted
  }

  function isInTime({ until }: NoteItem): boolean {
    return until !== undefined && until > now()
  }

  async function refuseToReplace(erased: Credential): Promise<void> {
    const here = (await store.find(asker, [erased.endpoint], erased.account)).filter(isCredential)
    if (!here.some((item) => samePlace(item, erased))) return
    throw new Failure('refused', `${erased.endpoint.key} has been signed in to again since`, {
      hints: [`to have the older one instead: credbridge restore --replace ${endpointWords(erased.endpoint)}`],
    })
  }

  return {
    keep,
    forget: (which) => drop((copy) => fits(copy, which)),
    sweep: () => drop((copy) => !isInTime(copy)),
    restore,
    resume,
    until,
  }
}

function fits({ erased }: NoteItem, { endpoint, account, owner, secret }: Which): boolean {
  if (erased === undefined || !sameEndpoint(erased.endpoint, endpoint)) return false
  if (secret !== undefined && !erased.secret.equals(secret)) return false
  return (account ?? erased.account) === erased.account && (owner ?? erased.owner) === erased.owner
}

function severalAccounts(endpoint: Endpoint, fitting: readonly NoteItem[]): Failure {
  return new Failure('ambiguous', `several accounts of ${endpoint.key} were erased`, {
    hints: fitting.map(
      ({ erased }) => `credbridge restore ${endpointWords(endpoint)} ${shellWord(erased?.account ?? '')}`,
    ),
  })
}
