import { isConfiguration, isNoteAbout, rankOf, ranks, withoutConfiguration } from './configuration.ts'
import type { Credential, Item, Kind, Owner, StoredItem, UnknownItem } from './credential.ts'
import { isCredential, isNote, isUnknown, noteOwner, ourselves, person, pythonNotes } from './credential.ts'
import { type Hear, narrowed, tellOut } from './decision.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure } from './failure.ts'
import { hint, placeWords } from './hint.ts'
import { asCarried, carries, isLasting } from './stored-view.ts'
import { fromLaterVersion, isFromLaterVersion } from './unknown-item.ts'

/** Which tool asks, for what, and which kinds its wire can carry. */
export interface Lookup {
  readonly tool: Owner
  readonly kinds: readonly Kind[]
  /** Further kinds of others' items that the wire can carry, in another form than they were saved in. */
  readonly borrowedKinds?: readonly Kind[]
  /** The requested endpoint, then those that the dialect may widen to, in order. */
  readonly endpoints: readonly Endpoint[]
  /** The user that the request names; absent if it names none. */
  readonly account?: string
  /**
   * The user name that the wire sends with a secret that has none; `true` for the name from the settings. On this wire
   * that name and the empty account are the same account.
   */
  readonly tokenUser?: string | true
  /** The wire can carry a refresh token without the expired secret. */
  readonly refresh?: boolean
  /** The tool keeps one account at an endpoint. If an interrupted save left two, either is a valid answer. */
  readonly oneAccount?: boolean
  /** The client prefers any account to none. Of several: the one saved last, then the first by name. */
  readonly anyAccount?: boolean
  /** A stranger can make the client ask. Of others' items only those that a person shared with the tool may answer. */
  readonly sharedOnly?: boolean
}

export interface Answer {
  readonly credential: StoredItem<Credential>
  /** The user name to send: the account, that of a token, or `tokenUser` for an empty account that another owner saved. */
  readonly user: string
  /** The secret has expired. Only the refresh token may be sent. */
  readonly expired: boolean
  /** A command printed the secret. */
  readonly minted?: true
  /** The secret is an access token, which may be renewed. */
  readonly token?: true
}

/**
 * Rules 4 and 7 of docs/architecture.md: the tool's own items first, then others' of a kind that its wire carries and
 * whose use it has not ended. The named account, else the only one, the default, or the one that the tool saved last.
 * `undefined` if nothing fits. `ambiguous` if several accounts fit and none is preferred. `unsupported` if only an item
 * of a later version could fit. `hear` receives what each rule left out.
 */
export function select(items: readonly StoredItem[], lookup: Lookup, now: number, hear?: Hear): Answer | undefined {
  for (const at of usableAt(items, lookup, hear)) {
    const answer = selectAt(at, lookup, now, hear)
    if (answer !== undefined) return answer
  }
  return undefined
}

type UsableFor = Pick<Lookup, 'tool' | 'kinds' | 'borrowedKinds' | 'endpoints' | 'account' | 'tokenUser' | 'sharedOnly'>

/** The items that may answer a tool at one endpoint. */
interface Usable {
  /** Everything at the endpoint. */
  readonly items: readonly StoredItem[]
  readonly usable: readonly StoredItem<Credential>[]
  /** Unreadable items of a later version, which may be such credentials. */
  readonly later: readonly StoredItem<UnknownItem>[]
}

/**
 * For each endpoint, the credentials that may answer the tool: its own, and others' that its wire carries. A use that
 * the tool ended at one endpoint is also ended at the later endpoints, for items of every owner. Items of owner
 * `credbridge` answer only credbridge itself.
 */
export function usableAt(items: readonly StoredItem[], lookup: UsableFor, hear?: Hear): Usable[] {
  const endedBefore: StoredItem[] = []
  const shared = items.filter((item) => isSharedWith(lookup.tool, item))
  return lookup.endpoints.map((endpoint) => {
    const itemsAt = items.filter((item) => sameEndpoint(item.endpoint, endpoint))
    const endedAt = itemsAt.filter((item) => item.kind === 'ended' && isNoteAbout(lookup.tool, item.owner))
    const isEnded = (notes: readonly Item[], account: string) => notes.some((note) => covers(note, account))
    const { tool } = lookup
    const carried = (item: StoredItem) =>
      isCredential(item) ? carries(lookup, item.owner, item.kind) : isFromLaterVersion(item)
    let fitting = narrowed(
      'kind',
      itemsAt.filter(isNoNote).map((item) => (isCredential(item) ? asCarried(item, lookup) : item)),
      carried,
      hear,
    )
    fitting = narrowed('hidden', fitting, ({ owner }) => !isHidden(owner) || tool === owner, hear)
    fitting = narrowed('account', fitting, (item) => isNamed(item, lookup), hear)
    const isOpen = ({ owner, account }: Item) =>
      !isEnded(endedBefore, account) && (owner === tool || !isEnded(endedAt, account))
    fitting = narrowed('ended', fitting, isOpen, hear)
    if (lookup.sharedOnly === true) {
      const mayUse = ({ owner, account }: Item) => owner === tool || isShared(account, endpoint, shared)
      fitting = narrowed('shared', fitting, mayUse, hear)
    }
    endedBefore.push(...endedAt.filter(({ owner }) => owner === noteOwner(lookup.tool)))
    return { items: itemsAt, usable: fitting.filter(isCredential), later: fitting.filter(isUnknown) }
  })
}

function isNoNote(item: StoredItem): boolean {
  return !isNote(item)
}

function isHidden(owner: Owner): boolean {
  return owner === ourselves || owner === pythonNotes
}

/** Whether the item fits the user that the lookup names. */
export function isNamed(
  { account, user }: Pick<Credential, 'account' | 'user'>,
  lookup: Pick<Lookup, 'account' | 'tokenUser'>,
): boolean {
  if (lookup.account === undefined || [account, user].includes(lookup.account)) return true
  return account === '' && lookup.account === lookup.tokenUser
}

/** The account to read from a store; `undefined` if more than one account may fit. */
export function accountToRead({ account, tokenUser }: Pick<Lookup, 'account' | 'tokenUser'>): string | undefined {
  return account === tokenUser ? undefined : account
}

function isSharedWith(tool: Owner, { kind, owner }: Item): boolean {
  return kind === 'shared' && isNoteAbout(tool, owner)
}

/** Shared at this endpoint, or at the endpoint whose host is an alias of this one: same scheme and path. */
function isShared(account: string, at: Endpoint, shared: readonly Item[]): boolean {
  return shared.some(({ account: named, endpoint }) => {
    const isAlias =
      endpoint.form === 'address' && at.form === 'address' && endpoint.path === at.path && endpoint.scheme === at.scheme
    return named === account && (isAlias || sameEndpoint(endpoint, at))
  })
}

/** Whether the item is an `ended` note for this account. */
export function covers(note: Item, account: string): boolean {
  return isNote(note) && note.kind === 'ended' && (note.everyAccount === true || note.account === account)
}

/** A tool's own items take precedence. For a person all items rank the same. */
function selectAt({ items, usable, later }: Usable, lookup: Lookup, now: number, hear?: Hear): Answer | undefined {
  const meant = meantAmong([...usable, ...later], items, lookup, hear)
  const byRank = () => ranks.map((rank) => meant.filter(({ owner }) => rankOf(owner, lookup.tool) === rank))
  const steps = lookup.tool === person ? [meant] : byRank()
  for (const candidates of steps) {
    const credentials = candidates.filter(isCredential)
    const fresh = credentials.filter((one) => isLasting(one, now))
    const isRenewable = (one: Credential) => lookup.refresh === true && one.refreshToken !== undefined
    const valid = fresh.length > 0 ? fresh : credentials.filter(isRenewable)
    if (hear !== undefined) tellOut('expired', credentials, valid, hear)
    if (valid.length > 0) {
      if (hear !== undefined) tellOut('own', meant, candidates, hear)
      return answer(oneOf(valid, items, lookup, hear), fresh.length === 0, lookup)
    }
    const [unreadable] = candidates.filter(isFromLaterVersion)
    if (unreadable !== undefined) throw fromLaterVersion(unreadable)
  }
  return undefined
}

function answer(credential: StoredItem<Credential>, expired: boolean, { tool, tokenUser }: Lookup): Answer {
  const { account, owner, user = account } = credential
  const standsIn = user === '' && owner !== tool && typeof tokenUser === 'string'
  return { credential, user: standsIn ? tokenUser : user, expired }
}

/**
 * If no user is named, only the default account, if there is one; else all. If a user is named, items with exactly that
 * name take precedence over items without a name. The user name of a token's wire may stand for several accounts.
 */
function meantAmong(
  all: readonly StoredItem[],
  items: readonly StoredItem[],
  lookup: Lookup,
  hear: Hear | undefined,
): readonly StoredItem[] {
  if (lookup.account !== undefined && all.some(({ account }) => account === lookup.account || account === '')) {
    return preferred('exact', all, ({ account }) => account === lookup.account, hear)
  }
  const isSignedIn = isConfiguration(lookup.tool) ? signedInWith(lookup.tool, all, items) : undefined
  if (isSignedIn !== undefined && all.some(isSignedIn)) return preferred('configuration', all, isSignedIn, hear)
  const note = items.find((item) => item.kind === 'default' && item.owner === ourselves)
  if (note === undefined || hasNewerLogin(all, note, lookup)) return all
  return preferred('default', all, ({ account }) => account === note.account, hear)
}

/** The items that fit; all if none does. */
function preferred(
  rule: 'exact' | 'configuration' | 'default',
  all: readonly StoredItem[],
  fits: (item: StoredItem) => boolean,
  hear: Hear | undefined,
): readonly StoredItem[] {
  return all.some(fits) ? narrowed(rule, all, fits, hear) : all
}

/**
 * Whether a tool with one account for each endpoint has logged in after the default was set. Then its account is meant.
 */
function hasNewerLogin(all: readonly StoredItem[], note: StoredItem, { tool, oneAccount }: Lookup): boolean {
  const since = note.savedAt
  return (
    since !== undefined && oneAccount === true && all.some((one) => one.owner === tool && (one.savedAt ?? 0) > since)
  )
}

/** The accounts that the tool signed in to with this configuration. They take precedence over the default. */
function signedInWith(tool: Owner, all: readonly StoredItem[], items: readonly StoredItem[]): (item: Item) => boolean {
  const setFor = [...all, ...items.filter(({ kind }) => kind === 'shared')].filter(({ owner }) => owner === tool)
  return ({ account }) => setFor.some((item) => item.account === account)
}

function oneOf(
  candidates: readonly StoredItem<Credential>[],
  items: readonly StoredItem[],
  lookup: Lookup,
  hear: Hear | undefined,
): StoredItem<Credential> {
  const only = (rule: 'person' | 'newest', one: StoredItem<Credential>) => {
    if (hear !== undefined) tellOut(rule, candidates, [one], hear)
    return one
  }
  const newest = newestFirst(candidates)
  const [first, second] = newest
  const accounts = new Set(candidates.map(({ account }) => account))
  if (first === undefined) throw new Failure('internal', 'nothing to choose from')
  const persons = candidates.find(({ owner }) => owner === person)
  if (accounts.size === 1) return persons === undefined ? only('newest', first) : only('person', persons)
  if (lookup.tool === person) throw ambiguous(first.endpoint, [...accounts].sort())
  if (lookup.anyAccount === true) return only('newest', first)
  const knowsWhenSaved = first.savedAt !== undefined && first.savedAt !== second?.savedAt
  const isOwn = [lookup.tool, withoutConfiguration(lookup.tool)].includes(first.owner)
  if (isOwn && (knowsWhenSaved || lookup.oneAccount === true)) return only('newest', first)
  const shared = items.filter((item) => isSharedWith(lookup.tool, item)).map(({ account }) => account)
  const signedIn = newest.filter(({ account }) => shared.includes(account))
  if (signedIn.length > 0 && signedIn.length < newest.length) {
    if (hear !== undefined) tellOut('signed-in', newest, signedIn, hear)
    return oneOf(signedIn, items, lookup, hear)
  }
  throw ambiguous(first.endpoint, [...accounts].sort())
}

function newestFirst(candidates: readonly StoredItem<Credential>[]): StoredItem<Credential>[] {
  return [...candidates].sort((a, b) => (b.savedAt ?? 0) - (a.savedAt ?? 0) || (a.account < b.account ? -1 : 1))
}

function ambiguous(at: Endpoint, accounts: readonly string[]): Failure {
  return new Failure('ambiguous', `${at.key} has ${accounts.length} accounts, and nothing says which is meant`, {
    hints: accounts.map((account) => hint`credbridge default ${placeWords(at, account)}`),
  })
}
