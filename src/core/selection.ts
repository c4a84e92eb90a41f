import type { Credential, Found, Item, Kind, Owner, UnknownItem } from './credential.ts'
import { hasExpired, isCredential, isNote, isUnknown, noteOwner, ourselves, person, pythonNotes } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords, shellWord } from './hint.ts'
import { fromLaterVersion, isFromLaterVersion } from './unknown-item.ts'

/** Who asks, for what, and which secrets its wire can carry. */
export interface Lookup {
  readonly tool: Owner
  readonly kinds: readonly Kind[]
  /** The endpoint that was asked for, then those that the dialect may widen to, in order. */
  readonly endpoints: readonly Endpoint[]
  /** The user that was named; absent when none was. */
  readonly account?: string
  /** The wire can hand over a refresh token without its expired secret. */
  readonly refresh?: boolean
  /** The tool keeps one account at an endpoint: of two that a save was stopped between, either will do. */
  readonly oneAccount?: boolean
  /** The client takes any account rather than none: of several the one saved last, then the first by name. */
  readonly anyAccount?: boolean
  /** The client cannot tell whether a stranger made it ask: of others' items, only what a person has shared with this tool. */
  readonly sharedOnly?: boolean
}

export interface Answer {
  readonly credential: Found<Credential>
  /** The secret's time has ended: only the refresh token may be handed over. */
  readonly expired: boolean
}

/**
 * Rules 4 and 7 of docs/architecture.md: the tool's own items first, then others' of a kind that its wire carries and
 * whose use it has not ended; the account that was named, else the only one, the default, the one it saved last.
 * Nothing that fits: `undefined`. Several accounts and nothing to say which: `ambiguous`. Where only what a later version
 * wrote could fit: `unsupported`.
 */
export function select(items: readonly Found[], lookup: Lookup, now: number): Answer | undefined {
  for (const { here, usable, later } of usableAt(items, lookup)) {
    const answer = selectHere([...usable, ...later], here, lookup, now)
    if (answer !== undefined) return answer
  }
  return undefined
}

/** What a tool may be answered with at an endpoint. */
interface Usable {
  /** Everything at the endpoint. */
  readonly here: readonly Found[]
  readonly usable: Found<Credential>[]
  /** What a later version wrote: it may be such a credential, and cannot be read. */
  readonly later: Found<UnknownItem>[]
}

/**
 * Endpoint by endpoint, the credentials that a tool may be answered with: what it saved there, and others' that its
 * wire carries. What it has ended at one endpoint it does not have from the later ones either, whoever saved it. What
 * credbridge keeps for itself is shown to nobody else.
 */
export function usableAt(
  items: readonly Found[],
  lookup: Pick<Lookup, 'tool' | 'kinds' | 'endpoints' | 'account' | 'sharedOnly'>,
): Usable[] {
  const endedBefore: Found[] = []
  const shared = items.filter((item) => item.kind === 'shared' && item.owner === noteOwner(lookup.tool))
  return lookup.endpoints.map((endpoint) => {
    const here = items.filter((item) => sameEndpoint(item.endpoint, endpoint))
    const endedHere = here.filter((item) => item.kind === 'ended' && item.owner === noteOwner(lookup.tool))
    const isEnded = (notes: readonly Item[], account: string) => notes.some((note) => covers(note, account))
    const fitting = here
      .filter((item) => (isCredential(item) ? lookup.kinds.includes(item.kind) : isFromLaterVersion(item)))
      .filter(({ owner }) => (owner !== ourselves && owner !== pythonNotes) || lookup.tool === owner)
      .filter(({ account }) => lookup.account === undefined || account === lookup.account)
      .filter(({ account }) => !isEnded(endedBefore, account))
      .filter(({ owner, account }) => owner === lookup.tool || !isEnded(endedHere, account))
      .filter(
        ({ owner, account }) =>
          lookup.sharedOnly !== true || owner === lookup.tool || isShared(account, endpoint, shared),
      )
    endedBefore.push(...endedHere)
    return { here, usable: fitting.filter(isCredential), later: fitting.filter(isUnknown) }
  })
}

/** Shared at this endpoint itself, or at the one that has it as an alias: the same path on another host. */
function isShared(account: string, at: Endpoint, shared: readonly Item[]): boolean {
  return shared.some(({ account: named, endpoint }) => {
    const isAlias =
      endpoint.form === 'address' && at.form === 'address' && endpoint.path === at.path && endpoint.scheme === at.scheme
    return named === account && (isAlias || sameEndpoint(endpoint, at))
  })
}

/** Whether an `ended` note speaks about this account. */
export function covers(note: Item, account: string): boolean {
  return isNote(note) && note.kind === 'ended' && (note.everyAccount === true || note.account === account)
}

function selectHere(
  fitting: readonly Found[],
  here: readonly Found[],
  lookup: Lookup,
  now: number,
): Answer | undefined {
  const meant = theDefault(fitting, here, lookup)
  for (const own of [true, false]) {
    const candidates = meant.filter(({ owner }) => (owner === lookup.tool) === own)
    const credentials = candidates.filter(isCredential)
    const fresh = credentials.filter((credential) => !hasExpired(credential, now))
    if (fresh.length > 0) return { credential: oneOf(fresh, lookup), expired: false }
    const renewable = credentials.filter((one) => lookup.refresh === true && one.refreshToken !== undefined)
    if (renewable.length > 0) return { credential: oneOf(renewable, lookup), expired: true }
    const [unreadable] = candidates.filter(isFromLaterVersion)
    if (unreadable !== undefined) throw fromLaterVersion(unreadable)
  }
  return undefined
}

/** Where no user is named and a person has said which account is meant here, only that one; else all. */
function theDefault(all: readonly Found[], here: readonly Found[], lookup: Lookup): readonly Found[] {
  if (lookup.account !== undefined) return all
  const note = here.find((item) => item.kind === 'default' && item.owner === ourselves)
  const marked = all.filter(({ account }) => account === note?.account)
  return note !== undefined && marked.length > 0 ? marked : all
}

function oneOf(candidates: Found<Credential>[], { tool, oneAccount, anyAccount }: Lookup): Found<Credential> {
  const newest = newestFirst(candidates)
  const [first, second] = newest
  const accounts = new Set(candidates.map(({ account }) => account))
  if (first === undefined) throw new Failure('internal', 'nothing to choose from')
  if (accounts.size === 1) return candidates.find(({ owner }) => owner === person) ?? first
  if (anyAccount === true) return first
  const saidWhen = first.savedAt !== undefined && first.savedAt !== second?.savedAt
  if (first.owner === tool && (saidWhen || oneAccount === true)) return first
  throw ambiguous(first.endpoint, [...accounts].sort())
}

function newestFirst(candidates: readonly Found<Credential>[]): Found<Credential>[] {
  return [...candidates].sort((a, b) => (b.savedAt ?? 0) - (a.savedAt ?? 0) || (a.account < b.account ? -1 : 1))
}

function ambiguous(at: Endpoint, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', `${at.key} has ${accounts.length} accounts, and nothing says which is meant`, {
    hints: accounts.map((account) => `credbridge default ${endpointWords(at)} ${shellWord(account)}`),
  })
}
