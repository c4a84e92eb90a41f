import { noteOwner, type Owner, toolOf } from '../core/credential.ts'
import type { Rule } from '../core/decision.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { asFailure } from '../core/failure.ts'
import { samePlace } from '../core/same.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { type Explained, explain, type Finding } from '../engine/explain.ts'
import type { Question } from '../tools/question.ts'
import { type AllKept, atAny, type Kept } from './explain-kept.ts'
import { type PassedOver, whyGiven, whyNot } from './explain-words.ts'

/** What one tool gets, and why. */
export interface ToolExplained extends Explained {
  readonly tool: Owner
  /** Why the tool gets the given one; absent if it gets nothing. */
  readonly because?: string
  readonly store?: string
  /** The entries that the tool does not get, each with the reason. */
  readonly passedOver: readonly { readonly entry: Kept; readonly why: PassedOver }[]
  readonly remark?: string
}

export async function explainTool(
  context: CliContext,
  tool: Owner,
  question: Question,
  kept: AllKept,
): Promise<ToolExplained> {
  const explained = await explain(context.engine, context.asker, question).catch(
    (error): Explained => ({ findings: [], failure: asFailure(error) }),
  )
  const { findings, given } = explained
  const finding = findings.findLast(({ answer }) => answer === given) ?? findings.at(-1)
  const chosen = given === undefined ? undefined : kept.entries.find((entry) => samePlace(entry, given.credential))
  return {
    tool,
    ...explained,
    ...(given === undefined || finding === undefined
      ? {}
      : { because: whyGiven(given, rulesOf(finding), finding.lookup) }),
    ...(chosen === undefined ? {} : { store: chosen.store }),
    passedOver: passedOver(findings, explained, kept),
    ...(question.remark === undefined ? {} : { remark: question.remark }),
  }
}

function rulesOf({ steps }: Finding): ReadonlySet<Rule> {
  return new Set(steps.map(({ rule }) => rule))
}

/** The entries at the endpoints of the lookups that the tool does not get. */
function passedOver(
  findings: readonly Finding[],
  { given, failure }: Explained,
  { entries, ended }: AllKept,
): ToolExplained['passedOver'] {
  const last = findings.at(-1)
  if (last === undefined) return []
  const { lookup } = last
  const steps = findings.flatMap((one) => one.steps)
  const about = ended.filter(({ tool }) => noteOwner(tool) === noteOwner(toolOf(lookup.tool)))
  const isUnnamed = (entry: Kept) => lookup.account !== undefined && entry.account !== lookup.account
  return atAny(entries, endpointsOf(findings))
    .filter((entry) => given === undefined || !samePlace(entry, given.credential))
    .flatMap((entry) => {
      const step = steps.findLast(({ out }) => out.some((item) => samePlace(item, entry)))
      // Several accounts of which none is preferred: no rule left them out.
      if (step === undefined && failure?.code === 'ambiguous' && !isUnnamed(entry)) return []
      const item = step?.out.find((one) => samePlace(one, entry))
      const expires = item !== undefined && 'expires' in item ? item.expires : undefined
      const rule = step?.rule ?? (isUnnamed(entry) ? 'account' : 'not-reached')
      const situation = { tool: toolOf(lookup.tool), lookup, answer: given, ended: about, now: Date.now() }
      return [{ entry, why: whyNot({ ...entry, ...(expires === undefined ? {} : { expires }) }, rule, situation) }]
    })
}

/** The endpoints of these lookups, each once. */
export function endpointsOf(findings: readonly Finding[]): readonly Endpoint[] {
  const all = findings.flatMap(({ lookup }) => lookup.endpoints)
  return [...new Map(all.map((at) => [`${at.form} ${at.key}`, at])).values()]
}
