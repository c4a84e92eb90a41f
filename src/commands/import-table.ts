import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { PlainSecret, Tool } from '../tools/tool.ts'
import { sayLine, shownAccount } from './arguments.ts'
import { atHome } from './at-home.ts'
import { whyOf } from './import-readers.ts'
import type { Candidate, Found } from './import-survey.ts'
import { type Column, wideOrNarrow } from './table.ts'

/* The preview of `credbridge import`. */

/** Shows every secret with its place, and what happens to it. Then the tools whose files cannot be read, and the ways. */
export function showAll({ terminal, machine }: CliContext, all: readonly Found[]): void {
  const { messages } = terminal
  const rows = all.flatMap(({ tool, candidates }) =>
    candidates.map((one) => ({ tool, ...one, file: atHome(one.secret.where, machine.home) })),
  )
  if (rows.length > 0) terminal.say(wideOrNarrow(rows, { wide, narrow }, messages))
  for (const { tool, remarks } of all)
    for (const remark of remarks) sayLine(terminal, atHome(`note: ${tool.name}: ${remark}`, machine.home))
  for (const { tool, failures } of all) {
    for (const { message, hints } of failures) {
      sayLine(terminal, `not looked at for ${tool.name}: ${message}`)
      for (const way of hints) sayLine(terminal, `  hint: ${way}`)
    }
  }
  const ways = rows.flatMap(({ reasons }) => reasons.map(({ setup }) => setup))
  for (const way of new Set(ways)) sayLine(terminal, `hint: ${way}`)
}

type Row = Candidate & { readonly tool: Tool; readonly file: string }

const about: readonly Column<Row>[] = [
  { heading: 'TOOL', cell: ({ tool }) => tool.name },
  {
    heading: 'DO',
    cell: ({ state }) => state,
    colour: ({ state }) => ({ move: undefined, ask: 'yellow' as const, leave: 'faint' as const })[state],
  },
]

const wide: readonly Column<Row>[] = [
  ...about,
  { heading: 'SECRET', cell: (row) => [shownPlace(row.secret), ...details(row)].join('\n'), wraps: true },
  { heading: 'FILE', cell: ({ file }) => file },
]

/** The file stands below its secret. */
const narrow: readonly Column<Row>[] = [
  ...about,
  {
    heading: 'SECRET',
    cell: (row) => [shownPlace(row.secret), row.file, ...details(row)].join('\n'),
    least: 8,
    wraps: true,
  },
]

/** The account and the endpoint of a secret. */
export function shownPlace({ credential: { account, endpoint } }: PlainSecret): string {
  return printable(`${shownAccount(account)} at ${endpoint.key}`)
}

function details({ secret, state, reasons }: Candidate): readonly string[] {
  return [
    ...(secret.changes === undefined ? [] : [secret.changes]),
    ...(secret.isDefault === true ? ['used where no user is named, because it comes first'] : []),
    ...(state === 'ask' ? ['another secret is kept for it already'] : []),
    ...(state === 'leave' ? [whyOf(reasons)] : []),
  ]
}
