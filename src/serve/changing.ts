import { type Credential, isCredential, type Owner, ourselves, person } from '../core/credential.ts'
import { type Endpoint, withParents } from '../core/endpoint.ts'
import type { Failure } from '../core/failure.ts'
import type { Removal } from '../core/remove.ts'
import type { Saving } from '../core/saving.ts'
import type { Lookup } from '../core/selection.ts'
import {
  type Answering,
  brokerFor,
  type Caller,
  foreseeing,
  nameOf,
  questionFor,
  type Result,
  refusedTo,
  useOf,
} from './answering.ts'
import { admits, covers, type Grant } from './grant.ts'
import { refusal } from './refusals.ts'
import { within } from './within.ts'

/**
 * What the far side was answered is `unchanged`, because clients store each answer. Anything else is saved only if the
 * grant says so, and what replaces something or adds an account only after a question.
 */
export async function save(at: Answering, credential: Credential, saving: Saving, caller: Caller): Promise<Result> {
  const { grant, consent } = at
  const { owner: tool, endpoint, account } = credential
  const place = { endpoint, account }
  if (!admits(grant, tool) || !covers(grant, endpoint)) throw outsideOf(grant, endpoint)
  const borrows = withinGrant(grant, saving.borrows)
  if (await isGiven(at, credential, borrows)) return { ...place, answer: 'unchanged', outcome: 'nothing' }
  if (tool === person) throw onlyThere()
  if (!grant.saves) throw onlyFinds(grant, endpoint)
  const use = { does: 'save', tool, endpoint: endpoint.key, account } as const
  if (grant.ask !== 'never' && !consent.mayAsk()) throw refusedTo(grant, use)
  const replaces = (await isKept(at, tool, around(endpoint))) || (await isAnswered(at, credential))
  const replacesAll = replaces && saving.oneAccount === true
  const question = { ...questionFor(grant, use, caller), replaces, ...(replacesAll ? { replacesAll } : {}) }
  if (replaces && !(await consent.askAnew(question))) throw refusedTo(grant, use)
  if (!replaces && grant.ask !== 'never' && !(await consent.ask(question))) throw refusedTo(grant, use)
  const { asOwn: _, borrows: __, ...flags } = saving
  const broker = await brokerFor(at, tool)
  const answer = await broker.save(credential, borrows === undefined ? flags : { ...flags, borrows })
  return { ...place, answer, outcome: answer === 'saved' ? 'granted' : 'nothing' }
}

/** A grant that only finds answers that it is done, and changes nothing. Any other asks, if there is something to remove. */
export async function remove(at: Answering, asked: Removal, caller: Caller): Promise<Result> {
  const { grant, consent } = at
  const { tool, endpoint, account } = asked
  const place = { endpoint, ...(account === undefined ? {} : { account }) }
  if (!admits(grant, tool) || !covers(grant, endpoint)) return { ...place, answer: false, outcome: 'outside' }
  if (tool === person) throw onlyThere()
  if (!grant.saves) return { ...place, answer: true, outcome: 'nothing' }
  const does = account === undefined ? 'remove all' : 'remove'
  const use = { does, tool, endpoint: endpoint.key, account: account ?? '' } as const
  if (!consent.mayAsk()) throw refusedTo(grant, use)
  if (!(await isKept(at, tool, [endpoint]))) return { ...place, answer: false, outcome: 'absent' }
  if (!(await consent.askAnew(questionFor(grant, use, caller)))) throw refusedTo(grant, use)
  const { borrowedAt = [], ...removal } = asked
  const further = borrowedAt.filter((one) => covers(grant, one))
  const answer = await (await brokerFor(at, tool)).remove({ ...removal, borrowedAt: further })
  return { ...place, answer, outcome: answer ? 'granted' : 'nothing' }
}

type Borrows = NonNullable<Saving['borrows']>

function withinGrant(grant: Grant, borrows: Saving['borrows']): Borrows | undefined {
  const endpoints = borrows?.endpoints?.filter((one) => covers(grant, one))
  return endpoints === undefined ? borrows : { ...borrows, endpoints }
}

/** Whether the far side was answered exactly this. A guess that happens to be right is not told from a wrong one. */
async function isGiven(at: Answering, credential: Credential, borrows: Borrows = {}): Promise<boolean> {
  const { owner: tool, endpoint, account, kind } = credential
  const lookup: Lookup = { tool, kinds: [kind], endpoints: [endpoint], ...borrows, account }
  const answer = await (await brokerFor(at, tool, foreseeing)).find(lookup)
  if (answer === undefined || !at.given.has(nameOf(useOf(tool, answer)))) return false
  return answer.credential.secret.equals(credential.secret)
}

/** The endpoint and its parents, where what is kept answers for the endpoint, too. */
function around(endpoint: Endpoint): readonly Endpoint[] {
  return endpoint.form === 'address' ? withParents(endpoint) : [endpoint]
}

/** Whether a credential is kept at one of these endpoints, in whatever store and whoever saved it. */
async function isKept(
  { engine, grant, personPresent }: Answering,
  tool: Owner,
  endpoints: readonly Endpoint[],
): Promise<boolean> {
  for (const store of await engine.stores()) {
    const granted = within(store, (one) => covers(grant, one))
    const items = await granted.find({ tool, personPresent }, endpoints)
    if (items.some((item) => isCredential(item) && item.owner !== ourselves)) return true
  }
  return false
}

/** Whether the tool is answered there now, as by an alias. */
async function isAnswered(at: Answering, { owner: tool, endpoint, kind }: Credential): Promise<boolean> {
  const lookup: Lookup = { tool, kinds: [kind], endpoints: around(endpoint) }
  return (await (await brokerFor(at, tool, foreseeing)).find(lookup)) !== undefined
}

function outsideOf({ name }: Grant, endpoint: Endpoint): Failure {
  return refusal('refused', `nothing is saved for ${endpoint.key}: that is outside of what ${name} may use`)
}

function onlyFinds({ name }: Grant, endpoint: Endpoint): Failure {
  return refusal(
    'refused',
    `nothing is saved for ${endpoint.key}: ${name} may only find (credbridge serve --allow-save)`,
  )
}

function onlyThere(): Failure {
  return refusal('unsupported', 'a person sets and removes credentials on the machine that keeps them')
}
