import { type Entry, isNoteKind, isOurOwn } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { byName, nothingThere, sayLine, shownAccount } from './arguments.ts'
import { type NamedPlace, placeFrom } from './place.ts'
import { type Column, table } from './table.ts'

/** What a person can choose from. */
type Choice = Pick<Entry, 'endpoint' | 'account' | 'owner'>

/** The words that a person typed for a place. */
type Words = readonly [endpoint: string | undefined, account: string | undefined]

/**
 * Acts at the place that the words name. Without words a person on a terminal picks one of `choices` (absent: of all
 * that is kept). Returns the exit code.
 */
export async function atPlace(
  context: CliContext,
  [word, account]: Words,
  options: { service?: boolean },
  act: (place: NamedPlace) => Promise<number>,
  choices: () => Promise<readonly Choice[]> = () => kept(context),
): Promise<number> {
  if (word !== undefined) return act(await placeFrom(context, word, account, options))
  const { terminal } = context
  if (!terminal.inIsTerminal) throw withoutEndpoint()
  const all = distinct([...(await choices())].sort(byName))
  if (all.length === 0) sayLine(terminal, 'nothing is kept')
  const picked = all.length === 0 ? undefined : await pick(context, all)
  return picked === undefined ? nothingThere : act(picked)
}

/** As commander words it. */
export function withoutEndpoint(): Failure {
  return new Failure('malformed', "missing required argument 'endpoint'", { hints: [hint`credbridge list`] })
}

/** All that a person can pick from. */
export async function kept({ broker }: CliContext): Promise<readonly Choice[]> {
  return (await (await broker()).list()).filter((entry) => !isNoteKind(entry.kind) && !isOurOwn(entry))
}

/** Each endpoint and account once, whoever saved it. */
function distinct(all: readonly Choice[]): readonly Choice[] {
  const key = ({ endpoint, account }: Choice) => JSON.stringify([endpoint.form, endpoint.key, account])
  return [...new Map(all.map((one) => [key(one), one])).values()]
}

const most = 20

/** Shows the choices, and narrows them down by what is typed until one is left or its number is typed. */
async function pick({ terminal }: CliContext, all: readonly Choice[]): Promise<Choice | undefined> {
  for (let left = all; ; ) {
    const shown = left.slice(0, most)
    terminal.say(table(shown, columnsFor(shown), { width: terminal.width, colours: false }))
    if (left.length > most) sayLine(terminal, `… and ${left.length - most} more`)
    const typed = (await terminal.ask('Which one? Its number, or letters to search for')).trim()
    if (typed === '') {
      sayLine(terminal, 'nothing was chosen')
      return undefined
    }
    const numbered = /^[0-9]+$/.test(typed) ? shown[Number(typed) - 1] : undefined
    if (numbered !== undefined) return numbered
    const found = all.filter((one) => hasAll(one, typed))
    if (found.length === 1) return found[0]
    if (found.length === 0) sayLine(terminal, 'nothing has these letters')
    else left = found
  }
}

function hasAll({ endpoint, account }: Choice, typed: string): boolean {
  const text = `${endpoint.key} ${account}`.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((part) => text.includes(part))
}

function columnsFor(shown: readonly Choice[]): readonly Column<Choice>[] {
  const numbers = String(shown.length).length
  return [
    { heading: '#', cell: (one) => String(shown.indexOf(one) + 1).padStart(numbers) },
    { heading: 'ENDPOINT', cell: ({ endpoint }) => endpoint.key, least: 26, cut: 'middle' },
    { heading: 'ACCOUNT', cell: ({ account }) => shownAccount(account), least: 8 },
  ]
}
