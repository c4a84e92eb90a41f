import type { Entry } from '../core/credential.ts'
import { person } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { printable } from '../core/failure-text.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import type { Terminal } from '../core/terminal.ts'
import { timeInWords } from '../core/time-words.ts'
import type { Asked } from '../tools/question.ts'
import { shownAccount } from './arguments.ts'
import { type AllKept, atAny, nearBy } from './explain-kept.ts'
import type { Decided } from './explain-settings.ts'
import { endpointsOf, type ToolExplained } from './explain-tool.ts'
import { sentence } from './wrapped.ts'

export interface Report {
  readonly asked: Asked
  readonly kept: AllKept
  readonly explained: readonly ToolExplained[]
  readonly decided: readonly Decided[]
}

type Out = Pick<Terminal, 'out' | 'width'>

/** One line for each tool that gets something, or that something is kept from. */
export function printAllTools(terminal: Out, report: Report): void {
  const { asked, kept, explained } = report
  const line = lineTo(terminal)
  const endpoints = [asked.endpoint, ...explained.flatMap(({ findings }) => endpointsOf(findings))]
  const entries = atAny(kept.entries, endpoints)
  if (entries.length === 0) line(nothingKept(asked))
  for (const entry of entries)
    line(`${entry.endpoint.key}: ${shownEntry(entry)}, kind ${entry.kind}, in ${entry.store}`)
  const concerned = explained.filter(
    ({ given, failure, passedOver }) => given !== undefined || failure !== undefined || passedOver.length > 0,
  )
  const width = Math.max(...concerned.map((one) => nameOf(one).length))
  for (const one of concerned) line(`  ${nameOf(one).padEnd(width)}  ${outcome(one, report)}`, ' '.repeat(width + 4))
  printAround(terminal, report, false)
}

/** Everything about one tool. */
export function printTool(terminal: Out, report: Report, name: string): void {
  const { explained, asked } = report
  const line = lineTo(terminal)
  const [one] = explained
  if (one === undefined) {
    line(`${name} cannot ask for ${asked.endpoint.key}`)
    return
  }
  const { given, failure, passedOver, findings, remark } = one
  line(`${nameOf(one)} ${outcome(one, report)}`)
  for (const fix of failure?.hints ?? []) line(`  to change that: ${fix}`)
  for (const { entry, why } of passedOver) {
    line(`  not ${shownEntry(entry)}: ${why.says}`)
    for (const fix of why.fixes) line(`    to change that: ${fix}`)
  }
  const others = otherPlaces(endpointsOf(findings), asked.endpoint)
  if (others.length > 0) line(`  it also looks at ${others.join(', ')}`)
  if (remark !== undefined) line(`  note: ${remark}`)
  if (passedOver.length === 0 && given === undefined && failure === undefined) line(`  ${nothingKept(asked)}`)
  printAround(terminal, report, true)
}

/** Each once, though it may be an address and a name, with and without a slash at its end. */
function otherPlaces(endpoints: readonly Endpoint[], asked: Endpoint): readonly string[] {
  const shown = ({ key }: Endpoint) => key.replace(/(?<=.)\/$/, '')
  return [...new Set(endpoints.map(shown))].filter((one) => one !== shown(asked))
}

function nameOf({ tool }: ToolExplained): string {
  return tool === person ? 'you' : tool
}

function outcome({ tool, given, because, store, failure, passedOver }: ToolExplained, { asked }: Report): string {
  const you = tool === person
  if (given !== undefined) {
    const { credential } = given
    const where = credential.endpoint.key === asked.endpoint.key ? '' : ` at ${credential.endpoint.key}`
    const kept = store === undefined ? '' : `, in ${store}`
    return `${you ? 'get' : 'gets'} ${shownEntry(credential)}${where}${kept}: ${because}`
  }
  const nothing = `${you ? 'get' : 'gets'} nothing`
  const reasons = failure === undefined ? [...new Set(passedOver.map(({ why }) => why.says))] : [failure.message]
  return reasons.length === 0 ? nothing : `${nothing}: ${reasons.join('; ')}`
}

function shownEntry({ account, owner }: Entry): string {
  return `${shownAccount(account)}, saved by ${owner === person ? 'a person' : owner}`
}

function nothingKept({ endpoint, account }: Asked): string {
  return `nothing is kept for ${endpoint.key}: ${hint`credbridge set ${placeWords(endpoint, account)}`}`
}

/** What is removed and can be restored, what is kept nearby, what decided, and what cannot be read. */
function printAround(terminal: Out, { asked, kept, explained, decided }: Report, detailed: boolean): void {
  const line = lineTo(terminal)
  const change = (text: string, fix: Hint | undefined) => {
    line(text)
    if (fix !== undefined) line(`  to change that: ${fix}`)
  }
  const now = Date.now()
  const endpoints = [asked.endpoint, ...explained.flatMap(({ findings }) => endpointsOf(findings))]
  for (const { erased, until, taken } of atAny(
    kept.copies.map((copy) => ({ ...copy, endpoint: copy.erased.endpoint })),
    endpoints,
  )) {
    const at = timeInWords(kept.madeAt(until ?? 0), now)
    const how =
      taken === undefined
        ? 'refused by the server and removed'
        : taken === 'replaced'
          ? 'replaced by a person'
          : 'removed by a person'
    change(
      `${shownEntry(erased)}: ${how} ${at}`,
      hint`credbridge restore ${placeWords(erased.endpoint, erased.account)}`,
    )
  }
  for (const entry of nearBy(kept.entries, asked.endpoint, endpoints))
    line(`not the same endpoint: ${entry.endpoint.key} has ${shownEntry(entry)}`)
  for (const { what, says, change: fix } of decided) if (detailed || what !== 'store') change(says, fix)
  for (const { message, hints } of kept.problems) change(`cannot be read: ${message}`, hints[0])
}

/** A line that goes on is indented by two more than it began. */
function lineTo({ out, width }: Out): (text: string, indent?: string) => void {
  return (text, indent = `${/^ */.exec(text)?.[0]}  `) => out(sentence(printable(text), width, indent))
}
