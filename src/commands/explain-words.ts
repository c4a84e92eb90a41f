import { type Entry, isKind, type Owner, person } from '../core/credential.ts'
import type { Rule } from '../core/decision.ts'
import type { EndedUse } from '../core/ended-uses.ts'
import { endpointWords, type Hint, hint, placeWords } from '../core/hint.ts'
import type { Answer, Lookup } from '../core/selection.ts'
import { timeInWords } from '../core/time-words.ts'
import { shownAccount } from './arguments.ts'
import { canList } from './can-list.ts'

/*
 * The rules of a lookup (core/decision.ts) in words, each with the commands that change its outcome.
 */

/** Why an item was passed over. */
export interface PassedOver {
  readonly rule: Rule | 'not-reached'
  readonly says: string
  /** Commands after which the tool would get it. */
  readonly fixes: readonly Hint[]
}

export interface Situation {
  readonly tool: Owner
  readonly lookup: Lookup
  readonly answer: Answer | undefined
  readonly ended: readonly EndedUse[]
  readonly now: number
}

/** Why the tool gets this one, from the rules that left out others. */
export function whyGiven({ credential }: Answer, rules: ReadonlySet<Rule>, lookup: Lookup): string {
  const named = lookup.account !== undefined && lookup.account === credential.account
  const reasons = [
    ...(named ? ['the request names its user'] : []),
    ...(rules.has('default') ? ['it is the default account'] : []),
    ...(rules.has('configuration') ? ['it was signed in to with this configuration'] : []),
    ...(rules.has('own') ? ["the tool's own comes first"] : []),
    ...(rules.has('signed-in') ? ['it is shared with the tool'] : []),
    ...(rules.has('person') ? ["a person's comes before a tool's"] : []),
    ...(rules.has('newest') ? ['it was saved last'] : []),
  ]
  return reasons.length === 0 ? 'it is the only one that fits' : reasons.join('; ')
}

/** Why the tool does not get this entry. */
export function whyNot(
  entry: Entry & { readonly expires?: number },
  rule: PassedOver['rule'],
  at: Situation,
): PassedOver {
  const { tool, lookup, answer, ended, now } = at
  const words = placeWords(entry.endpoint, entry.account)
  const set = hint`credbridge set ${words}`
  const makeDefault = hint`credbridge default ${words}`
  const share = canList(tool, entry) ? [hint`credbridge share --with ${tool} ${words}`] : []
  const says = (text: string, ...fixes: readonly Hint[]): PassedOver => ({ rule, says: text, fixes })
  const first = answer === undefined ? 'another' : shownAccount(answer.credential.account)
  switch (rule) {
    case 'kind': {
      const kind = lookup.kinds.find(isKind) ?? 'basic'
      return says(`${tool} cannot use the kind ${entry.kind}`, hint`credbridge set --kind ${kind} ${words}`)
    }
    case 'hidden':
      return says('it is for credbridge itself')
    case 'account':
      return says(`the request names the user ${shownAccount(lookup.account ?? '')}`)
    case 'ended': {
      const use = ended.find((one) => (one.account ?? entry.account) === entry.account)
      const refused = use?.refusedAt === undefined ? '' : `refused by the server ${timeInWords(use.refusedAt, now)}; `
      const restore = use?.restorable === true ? [hint`credbridge restore ${words}`] : []
      return says(`${refused}${tool} no longer gets it`, ...restore, set, ...(refused === '' ? share : []))
    }
    case 'shared':
      return says(`it is not shared with ${tool}`, ...share)
    case 'exact':
      return says('an account of exactly the named user comes first')
    case 'configuration':
      return says(`${tool} has signed in to another account with this configuration`)
    case 'default':
      return says(`${first} is the default account`, makeDefault)
    case 'own':
      return says(`${ownerOf(answer)} comes first`, entry.account === answer?.credential.account ? set : makeDefault)
    case 'expired':
      return says(
        entry.expires === undefined ? 'it has expired' : `it expired ${timeInWords(entry.expires * 1000, now)}`,
        entry.kind === 'token' ? hint`credbridge login ${endpointWords(entry.endpoint)}` : set,
      )
    case 'person':
      return says("a person's credential of the same account comes first")
    case 'newest':
      return says(`${ownerOf(answer)} was saved later`, ...(first === shownAccount(entry.account) ? [] : [makeDefault]))
    case 'signed-in':
      return says(`${first} is shared with ${tool}`, makeDefault)
    case 'not-reached':
      return says(answer === undefined ? `${tool} does not ask for it` : `${tool} finds ${ownerOf(answer)} first`)
    default:
      return rule satisfies never
  }
}

function ownerOf(answer: Answer | undefined): string {
  if (answer === undefined) return 'another'
  const { account, owner } = answer.credential
  return `${shownAccount(account)}, saved by ${owner === person ? 'a person' : owner},`
}
