import { type Command, Option } from 'commander'
import { Failure } from '../core/failure.ts'
import { objectIn } from '../core/record.ts'
import { safeJson } from '../core/safe-json.ts'
import { typedSpan } from '../core/time-words.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { nothingThere, sayLine, shownAccount } from './arguments.ts'

const outcomes = ['granted', 'absent', 'outside', 'refused', 'nothing', 'failed'] as const

interface LogOptions {
  readonly caller?: string
  readonly tool?: string
  readonly since?: string
  readonly outcome?: string
  readonly json?: boolean
}

export function logCommand(program: Command, context: CliContext): void {
  program
    .command('log')
    .description('show what tools of other machines were given and refused, and with audit = true your own')
    .argument('[text]', 'only lines whose endpoint or account contains this')
    .option('--caller <name>', 'only this machine, as its grant calls it; local: this one')
    .option('--tool <tool>', 'only this tool')
    .option('--since <time>', 'only the last 30m, 8h or 2d')
    .addOption(new Option('--outcome <word>', 'only these').choices(outcomes))
    .option('--json', 'as lines of JSON')
    .action(async (text: string | undefined, options: LogOptions) => context.end(await log(context, text, options)))
}

async function log({ machine, terminal }: CliContext, text: string | undefined, options: LogOptions): Promise<number> {
  const [{ logFiles }, { readOwnFile }, { table }] = await Promise.all([
    import('../engine/audit.ts'),
    import('../system/own-file.ts'),
    import('./table.ts'),
  ])
  const files = logFiles(machine.folders.state).toReversed()
  const lines = files.flatMap((file) => readOwnFile(file, machine.userId)?.toString('utf8').split('\n') ?? [])
  const isMeant = meantBy(text, options)
  const rows = lines.flatMap((line): readonly Row[] => {
    const members = objectIn(line)
    const row = members === undefined ? undefined : rowOf(members)
    return row !== undefined && isMeant(row) ? [row] : []
  })
  if (rows.length === 0) {
    sayLine(terminal, 'nothing is logged')
    return nothingThere
  }
  if (options.json === true) for (const { line } of rows) terminal.out(`${line}\n`)
  else terminal.out(table(rows, columns, terminal))
  return 0
}

interface Row {
  readonly time: string
  readonly caller: string
  readonly tool: string
  readonly verb: string
  readonly endpoint: string
  readonly account: string
  readonly outcome: string
  readonly line: string
}

/** A line as this version shows it. What a later version adds stays in the JSON. */
function rowOf(members: Readonly<Record<string, unknown>>): Row {
  const textIn = (name: string) => (typeof members[name] === 'string' ? members[name] : '')
  const account = typeof members['account'] === 'string' ? shownAccount(members['account']) : ''
  const [time, caller, tool, verb, endpoint] = ['time', 'caller', 'tool', 'verb', 'endpoint'].map(textIn)
  const outcome = [...new Set([textIn('outcome'), textIn('code')])].filter((word) => word !== '').join(', ')
  return {
    time: time ?? '',
    caller: caller ?? '',
    tool: tool ?? '',
    verb: verb ?? '',
    endpoint: endpoint ?? '',
    account,
    outcome,
    line: safeJson(members),
  }
}

const columns = [
  { heading: 'TIME', cell: ({ time }: Row) => time.slice(0, 19).replace('T', ' '), rank: 1 },
  { heading: 'CALLER', cell: ({ caller }: Row) => caller, least: 8 },
  { heading: 'TOOL', cell: ({ tool }: Row) => tool },
  { heading: 'DOES', cell: ({ verb }: Row) => verb },
  { heading: 'ENDPOINT', cell: ({ endpoint }: Row) => endpoint, least: 16, cut: 'middle' as const },
  { heading: 'ACCOUNT', cell: ({ account }: Row) => account, least: 8 },
  { heading: 'OUTCOME', cell: ({ outcome }: Row) => outcome },
]

function meantBy(text: string | undefined, { caller, tool, since, outcome }: LogOptions): (row: Row) => boolean {
  const span = since === undefined ? undefined : typedSpan(since)
  if (since !== undefined && span === undefined) {
    throw new Failure('malformed', 'a time is a number and a unit: 30m, 8h, 2d')
  }
  const from = span === undefined ? '' : new Date(Date.now() - span).toISOString()
  return (row) =>
    row.time >= from &&
    (text === undefined || row.endpoint.includes(text) || row.account.includes(text)) &&
    (caller === undefined || row.caller === caller) &&
    (tool === undefined || row.tool === tool) &&
    (outcome === undefined || row.outcome.split(',', 1)[0] === outcome)
}
