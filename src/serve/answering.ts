import type { Broker, Hearing } from '../core/broker.ts'
import { isKind, type Owner, ourselves, person, pythonNotes } from '../core/credential.ts'
import { type Endpoint, sameEndpoint } from '../core/endpoint.ts'
import type { Failure } from '../core/failure.ts'
import type { Listing } from '../core/listing.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import type { Outcome } from '../engine/audit.ts'
import type { Engine } from '../engine/engine.ts'
import { printEntries, printFound } from '../remote/answers.ts'
import type { Consent } from './consent.ts'
import { admits, covers, type Grant } from './grant.ts'
import type { Question, Use } from './question.ts'
import { refusal } from './refusals.ts'
import { within } from './within.ts'

/** What answers the requests of one grant. */
export interface Answering {
  readonly engine: Engine
  readonly grant: Grant
  readonly consent: Consent
  /** The answers that were given, to tell a repetition from a guess. */
  readonly given: Set<string>
  /** Whether a person can answer a dialog of the keychain. */
  readonly personPresent: boolean
}

/** The process that asks and its parents; `undefined` where the system does not tell. */
export type Caller = () => string | undefined

/** The answer for the far side, and what became of the request, for the log. */
export interface Result {
  readonly answer: unknown
  readonly outcome: Outcome
  readonly endpoint?: Endpoint
  readonly account?: string
}

/**
 * One finished answer, or `null`. What the grant has no room for is not read, so the answer is the same whether or not
 * something is kept there. `caller` names the caller to a person.
 */
export async function find(at: Answering, asked: Lookup, caller: Caller): Promise<Result> {
  const { grant, consent } = at
  const { tool } = asked
  const endpoints = asked.endpoints.filter((one) => covers(grant, one))
  if (!admits(grant, tool) || endpoints.length === 0) return { answer: null, outcome: 'outside' }
  const lookup = { ...asked, endpoints }
  if (grant.ask === 'never') return found(at, tool, await (await brokerFor(at, tool)).find(lookup))
  const asks = { does: 'find', endpoint: asked.endpoints[0]?.key ?? '' } as const
  if (!consent.mayGrant(tool)) throw refusedTo(grant, asks)
  // What the answer would be, so that the person knows which account it is. Nothing runs, and nothing is renewed for it.
  const foreseen = await (await brokerFor(at, tool, foreseeing)).find(lookup)
  // Where nobody is asked any more, what is not there is refused like all else.
  if (foreseen === undefined && !consent.mayAsk()) throw refusedTo(grant, asks)
  if (foreseen === undefined) return { answer: null, outcome: 'absent' }
  const use = useOf(tool, foreseen)
  if (!(await consent.ask(questionFor(grant, use, caller)))) throw refusedTo(grant, asks)
  const only = { ...lookup, endpoints: [foreseen.credential.endpoint], account: foreseen.user }
  const answer = await (await brokerFor(at, tool)).find(only)
  return found(at, tool, answer !== undefined && isSame(useOf(tool, answer), use) ? answer : undefined)
}

/** What the tool may list as its own, and for a person all credentials; of what a person has granted only. */
export async function list(at: Answering, listing: Listing): Promise<Result> {
  const { grant, consent } = at
  const { tool } = listing
  if (!admits(grant, tool)) return { answer: [], outcome: 'outside' }
  const broker = await brokerFor(at, tool)
  const entries = tool === person ? credentials(await broker.list()) : await broker.listFor(listing)
  const mayShow = ({ endpoint, account }: { endpoint: Endpoint; account: string }) =>
    grant.ask === 'never' || consent.isGranted({ does: 'find', tool, endpoint: endpoint.key, account })
  const shown = entries.filter(mayShow)
  return { answer: printEntries(shown), outcome: shown.length === 0 ? 'absent' : 'granted' }
}

/** A broker that reads and writes only what the grant covers. With `hearing` it runs nothing. */
export async function brokerFor(
  { engine, grant, personPresent }: Answering,
  tool: Owner,
  hearing?: Hearing,
): Promise<Broker> {
  return engine.broker({ tool, personPresent }, hearing, (store) =>
    within(store, (endpoint) => covers(grant, endpoint)),
  )
}

export const foreseeing: Hearing = () => () => {}

/** The account is what is kept here, and never the user name that the request has for tokens. */
export function useOf(tool: Owner, { credential }: Answer): Use {
  const { endpoint, account, user = account } = credential
  return { does: 'find', tool, endpoint: endpoint.key, account: user }
}

export function questionFor({ name }: Grant, use: Use, caller: Caller): Question {
  const process = caller()
  return { ...use, grant: name, ...(process === undefined ? {} : { process }) }
}

export function refusedTo({ name }: Grant, { does, endpoint }: Pick<Use, 'does' | 'endpoint'>): Failure {
  const [verb] = does.split(' ')
  return refusal('refused', `${name} may not ${verb} at ${endpoint}: the person at the keychain did not agree`)
}

/** The name under which `given` has a use. */
export function nameOf({ tool, endpoint, account }: Omit<Use, 'does'>): string {
  return JSON.stringify([tool, endpoint, account])
}

/** More answers than that are not told from a guess any more. */
const mostGiven = 4096

function found({ given }: Answering, tool: Owner, answer: Answer | undefined): Result {
  const printed = printFound(answer)
  if (answer === undefined || printed === null) return { answer: null, outcome: 'absent' }
  if (given.size >= mostGiven) given.clear()
  given.add(nameOf(useOf(tool, answer)))
  return {
    answer: printed,
    outcome: 'granted',
    endpoint: answer.credential.endpoint,
    account: useOf(tool, answer).account,
  }
}

function isSame(a: Use, b: Use): boolean {
  return a.endpoint === b.endpoint && a.account === b.account
}

/** Each account at an endpoint once, without notes and what credbridge keeps for itself. */
function credentials<Some extends { endpoint: Endpoint; account: string; owner: Owner; kind: string }>(
  entries: readonly Some[],
): readonly Some[] {
  const own = entries.filter(({ kind, owner }) => isKind(kind) && owner !== ourselves && owner !== pythonNotes)
  const isFirst = (entry: Some, at: number) =>
    own.findIndex((one) => sameEndpoint(one.endpoint, entry.endpoint) && one.account === entry.account) === at
  return own.filter(isFirst)
}
