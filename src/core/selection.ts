import type { Credential, Found, Item, Kind, Owner } from './credential.ts'
import { hasExpired, isCredential, noteOwner, ourselves, person } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { Failure } from './failure.ts'
import { endpointWords, shellWord } from './hint.ts'

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
 * Nothing that fits: `undefined`. Several accounts and nothing to say which: `ambiguous`.
 */
export function select(items: readonly Found[], lookup: Lookup, now: number): Answer | undefined {
  for (const { here, usable } of usableAt(items, lookup)) {
    const answer = selectHere(usable, here, lookup, now)
    if (answer !== undefined) return answer
  }
  return undefined
}

/**
 * Endpoint by endpoint, the credentials that a tool may be answered with: what it saved there, and others' that its
 * wire carries. What it has ended at one endpoint it does not have from the later ones either, whoever saved it. What
 * credbridge keeps for itself is shown to nobody else.
 */
export function usableAt(
  items: readonly Found[],
  lookup: Pick<Lookup, 'tool' | 'kinds' | 'endpoints' | 'account' | 'sharedOnly'>,
): { readonly here: readonly Found[]; readonly usable: Found<Credential>[] }[] {
  const endedBefore: Found[] = []
  const shared = items.filter((item) => item.kind === 'shared' && item.owner === noteOwner(lookup.tool))
  return lookup.endpoints.map((endpoint) => {
    const here = items.filter((item) => sameEndpoint(item.endpoint, endpoint))
    const endedHere = here.filter((item) => item.kind === 'ended' && item.owner === noteOwner(lookup.tool))
    const isEnded = (notes: readonly Item[], account: string) => notes.some((note) => covers(note, account))
    const usable = here
      .filter(isCredential)
      .filter(({ kind }) => lookup.kinds.includes(kind))
      .filter(({ owner }) => owner !== ourselves || lookup.tool === ourselves)
      .filter(({ account }) => lookup.account === undefined || account === lookup.account)
      .filter(({ account }) => !isEnded(endedBefore, account))
      .filter(({ owner, account }) => owner === lookup.tool || !isEnded(endedHere, account))
      .filter(
        ({ owner, account }) =>
          lookup.sharedOnly !== true || owner === lookup.tool || isShared(account, endpoint, shared),
      )
    endedBefore.push(...endedHere)
    return { here, usable }
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
  return note.kind === 'ended' && (note.everyAccount === true || note.account === account)
}

function selectHere(all: Found<Credential>[], here: readonly Found[], lookup: Lookup, now: number): Answer | undefined {
  const meant = theDefault(all, here, lookup)
  const fresh = meant.filter((credential) => !hasExpired(credential, now))
  const stale = meant.filter((credential) => hasExpired(credential, now) && credential.refreshToken !== undefined)
  const own = ({ owner }: Credential) => owner === lookup.tool
  const borrowed = ({ owner }: Credential) => owner !== lookup.tool
  const steps: [Found<Credential>[], boolean][] = [
    [fresh.filter(own), false],
    [lookup.refresh === true ? stale.filter(own) : [], true],
    [fresh.filter(borrowed), false],
    [lookup.refresh === true ? stale.filter(borrowed) : [], true],
  ]
  for (const [candidates, expired] of steps) {
    if (candidates.length > 0) return { credential: oneOf(candidates, lookup), expired }
  }
  return undefined
}

/** Where no user is named and a person has said which account is meant here, only that one; else all. */
function theDefault(all: Found<Credential>[], here: readonly Found[], lookup: Lookup): Found<Credential>[] {
  if (lookup.account !== undefined) return all
  const note = here.find((item) => item.kind === 'default' && item.owner === ourselves)
  const marked = all.filter(({ account }) => account === note?.account)
  return note !== undefined && marked.length > 0 ? marked : all
}

function oneOf(candidates: Found<Credential>[], { tool, oneAccount }: Lookup): Found<Credential> {
  const newest = newestFirst(candidates)
  const [first, second] = newest
  const accounts = new Set(candidates.map(({ account }) => account))
  if (first === undefined) throw new Failure('internal', 'nothing to choose from')
  if (accounts.size === 1) return candidates.find(({ owner }) => owner === person) ?? first
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
