import { isConfiguration, isNoteAbout, rankOf, ranks, withoutConfiguration } from './configuration.ts'
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
  /** Kinds of others' items that it can carry, too, in another form than they were saved in. */
  readonly borrowedKinds?: readonly Kind[]
  /** The endpoint that was asked for, then those that the dialect may widen to, in order. */
  readonly endpoints: readonly Endpoint[]
  /** The user that was named; absent when none was. */
  readonly account?: string
  /**
   * The user name that the wire sends with a secret that has none, `true` for the one in the settings: on this wire the two
   * are one account.
   */
  readonly tokenUser?: string | true
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
  /** The user name to send: the account, or what stands for an empty one on this wire. What the tool saved, it gets as it was. */
  readonly user: string
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
  for (const at of usableAt(items, lookup)) {
    const answer = selectAt(at, lookup, now)
    if (answer !== undefined) return answer
  }
  return undefined
}

type UsableFor = Pick<Lookup, 'tool' | 'kinds' | 'borrowedKinds' | 'endpoints' | 'account' | 'tokenUser' | 'sharedOnly'>

/** What a tool may be answered with at an endpoint. */
interface Usable {
  /** Everything at the endpoint. */
  readonly items: readonly Found[]
  readonly usable: readonly Found<Credential>[]
  /** What a later version wrote: it may be such a credential, and cannot be read. */
  readonly later: readonly Found<UnknownItem>[]
}

/**
 * Endpoint by endpoint, the credentials that a tool may be answered with: what it saved there, and others' that its
 * wire carries. What it has ended at one endpoint it does not have from the later ones either, whoever saved it. What
 * credbridge keeps for itself is shown to nobody else.
 */
export function usableAt(items: readonly Found[], lookup: UsableFor): Usable[] {
  const endedBefore: Found[] = []
  const shared = items.filter((item) => isSharedWith(lookup.tool, item))
  return lookup.endpoints.map((endpoint) => {
    const itemsAt = items.filter((item) => sameEndpoint(item.endpoint, endpoint))
    const endedAt = itemsAt.filter((item) => item.kind === 'ended' && isNoteAbout(lookup.tool, item.owner))
    const isEnded = (notes: readonly Item[], account: string) => notes.some((note) => covers(note, account))
    const fitting = itemsAt
      .filter((item) => (isCredential(item) ? isCarried(item, lookup) : isFromLaterVersion(item)))
      .filter(({ owner }) => (owner !== ourselves && owner !== pythonNotes) || lookup.tool === owner)
      .filter(({ account }) => isNamed(account, lookup))
      .filter(({ account }) => !isEnded(endedBefore, account))
      .filter(({ owner, account }) => owner === lookup.tool || !isEnded(endedAt, account))
      .filter(
        ({ owner, account }) =>
          lookup.sharedOnly !== true || owner === lookup.tool || isShared(account, endpoint, shared),
      )
    endedBefore.push(...endedAt.filter(({ owner }) => owner === noteOwner(lookup.tool)))
    return { items: itemsAt, usable: fitting.filter(isCredential), later: fitting.filter(isUnknown) }
  })
}

function isCarried({ owner, kind }: Credential, { tool, kinds, borrowedKinds = [] }: UsableFor): boolean {
  return kinds.includes(kind) || (owner !== tool && borrowedKinds.includes(kind))
}

/** Whether the lookup means this account. */
export function isNamed(account: string, lookup: Pick<Lookup, 'account' | 'tokenUser'>): boolean {
  if (lookup.account === undefined || lookup.account === account) return true
  return account === '' && lookup.account === lookup.tokenUser
}

/** The account by which a store is read for a lookup; absent where more than one may be meant. */
export function accountToRead({ account, tokenUser }: Pick<Lookup, 'account' | 'tokenUser'>): string | undefined {
  return account === tokenUser ? undefined : account
}

function isSharedWith(tool: Owner, { kind, owner }: Item): boolean {
  return kind === 'shared' && isNoteAbout(tool, owner)
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

/** A tool's own items go first. A person is answered with all alike: what they set themselves is no tool's sign-in. */
function selectAt({ items, usable, later }: Usable, lookup: Lookup, now: number): Answer | undefined {
  const meant = meantAmong([...usable, ...later], items, lookup)
  const byRank = () => ranks.map((rank) => meant.filter(({ owner }) => rankOf(owner, lookup.tool) === rank))
  const steps = lookup.tool === person ? [meant] : byRank()
  for (const candidates of steps) {
    const credentials = candidates.filter(isCredential)
    const fresh = credentials.filter((credential) => !hasExpired(credential, now))
    if (fresh.length > 0) return answer(oneOf(fresh, items, lookup), false, lookup)
    const renewable = credentials.filter((one) => lookup.refresh === true && one.refreshToken !== undefined)
    if (renewable.length > 0) return answer(oneOf(renewable, items, lookup), true, lookup)
    const [unreadable] = candidates.filter(isFromLaterVersion)
    if (unreadable !== undefined) throw fromLaterVersion(unreadable)
  }
  return undefined
}

function answer(credential: Found<Credential>, expired: boolean, { tool, tokenUser }: Lookup): Answer {
  const { account, owner } = credential
  const standsIn = account === '' && owner !== tool && typeof tokenUser === 'string'
  return { credential, user: standsIn ? tokenUser : account, expired }
}

/**
 * Where no user is named and a person has said which account is meant here, only that one; else all. Where one is named,
 * what has exactly that name goes before what has none.
 */
function meantAmong(all: readonly Found[], items: readonly Found[], lookup: Lookup): readonly Found[] {
  if (lookup.account !== undefined) {
    const exact = all.filter(({ account }) => account === lookup.account)
    return exact.length > 0 ? exact : all
  }
  const signedIn = isConfiguration(lookup.tool) ? signedInWith(lookup.tool, all, items) : []
  if (signedIn.length > 0) return signedIn
  const note = items.find((item) => item.kind === 'default' && item.owner === ourselves)
  if (note !== undefined && hasNewerLogin(all, note, lookup)) return all
  const marked = all.filter(({ account }) => account === note?.account)
  return note !== undefined && marked.length > 0 ? marked : all
}

/** A tool that keeps one account at an endpoint: its login after the default was set says that this account is meant. */
function hasNewerLogin(all: readonly Found[], note: Found, { tool, oneAccount }: Lookup): boolean {
  const since = note.savedAt
  return (
    since !== undefined && oneAccount === true && all.some((one) => one.owner === tool && (one.savedAt ?? 0) > since)
  )
}

/** Whoever made a configuration for an account of its own has said with it which account is meant. */
function signedInWith(tool: Owner, all: readonly Found[], items: readonly Found[]): readonly Found[] {
  const said = [...all, ...items.filter(({ kind }) => kind === 'shared')].filter(({ owner }) => owner === tool)
  return all.filter(({ account }) => said.some((item) => item.account === account))
}

function oneOf(candidates: readonly Found<Credential>[], items: readonly Found[], lookup: Lookup): Found<Credential> {
  const newest = newestFirst(candidates)
  const [first, second] = newest
  const accounts = new Set(candidates.map(({ account }) => account))
  if (first === undefined) throw new Failure('internal', 'nothing to choose from')
  if (accounts.size === 1) return candidates.find(({ owner }) => owner === person) ?? first
  if (lookup.tool === person) throw ambiguous(first.endpoint, [...accounts].sort())
  if (lookup.anyAccount === true) return first
  const saidWhen = first.savedAt !== undefined && first.savedAt !== second?.savedAt
  const isOwn = [lookup.tool, withoutConfiguration(lookup.tool)].includes(first.owner)
  if (isOwn && (saidWhen || lookup.oneAccount === true)) return first
  const shared = items.filter((item) => isSharedWith(lookup.tool, item)).map(({ account }) => account)
  const signedIn = newest.filter(({ account }) => shared.includes(account))
  if (signedIn.length > 0 && signedIn.length < newest.length) return oneOf(signedIn, items, lookup)
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
