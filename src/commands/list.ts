import type { Command } from 'commander'
import type { Broker } from '../core/broker.ts'
import { type Entry, person } from '../core/credential.ts'
import { closest } from '../core/did-you-mean.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { Copy } from '../core/restorable.ts'
import { safeJson } from '../core/safe-json.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import { broken, nothingThere, sayLine, withService } from './arguments.ts'
import { fixesFor, refusedCopy } from './entry-state.ts'
import { type Filter, filterFrom, type ListOptions, withFilters } from './list-filter.ts'
import { jsonRow, listTable } from './list-table.ts'
import { listed } from './listed.ts'

export function listCommand(program: Command, context: CliContext): void {
  withFilters(withService(program.command('list [endpoint] [account]')))
    .alias('ls')
    .description('show what is kept: endpoints, accounts and who saved them, never secrets')
    .option('--json', 'as JSON')
    .option('--no-color', 'no colours, like NO_COLOR=1')
    .action(async (endpoint: string | undefined, account: string | undefined, options: ListOptions) => {
      context.end(await list(context, filterFrom(endpoint, account, options), options.json === true))
    })
}

async function list(context: CliContext, filter: Filter, json: boolean): Promise<number> {
  const { terminal } = context
  const broker = await context.broker()
  const { rows, own, all, ended } = await listed(context, broker, filter)
  const now = Date.now()
  if (json) terminal.out(`${safeJson(rows.map(jsonRow), 2)}\n`)
  else {
    if (rows.length > 0) terminal.out(listTable(rows, terminal, now))
    for (const command of new Set(rows.flatMap(({ entry }) => fixesFor(entry, ended))))
      sayLine(terminal, `hint: ${command}`)
    const copies = all.some(({ kind }) => kind === 'erased') ? await refusedCopies(broker) : []
    for (const { copy, takenAt } of copies.filter(({ copy }) => filter.isAt(copy.erased))) {
      sayLine(terminal, `note: ${refusedCopy(copy, takenAt, now)}`)
      sayLine(terminal, hint`hint: credbridge restore ${placeWords(copy.erased.endpoint, copy.erased.account)}`)
    }
  }
  const problems = await broker.problems()
  for (const { message, hints } of problems) sayProblem(terminal, message, hints)
  if (rows.length === 0 && problems.length === 0 && !json) sayNothing(terminal, filter)
  if (!json && !filter.own && filter.tool === undefined && filter.endsWithin === undefined) sayOwn(terminal, own)
  if (rows.length > 0) return 0
  return problems.length > 0 ? broken : nothingThere
}

/** What credbridge keeps for itself stands apart, at the end. */
function sayOwn(terminal: CliContext['terminal'], own: readonly Entry[]): void {
  if (own.length === 0) return
  const names = [...new Set(own.map(({ endpoint }) => endpoint.key))].sort().join(', ')
  sayLine(terminal, `note: kept for credbridge itself: ${names}`)
  sayLine(terminal, 'hint: credbridge list --own')
}

function sayNothing(terminal: CliContext['terminal'], { isAny, tool }: Filter): void {
  sayLine(terminal, isAny ? 'nothing is kept' : 'nothing like that is kept')
  const names = [...tools.map(({ name }) => name), person]
  const meant = tool === undefined || names.includes(tool) ? undefined : closest(tool, names)
  if (meant !== undefined) sayLine(terminal, hint`hint: did you mean --tool ${meant}`)
}

function sayProblem(terminal: CliContext['terminal'], message: string, [first]: readonly string[]): void {
  sayLine(terminal, `not listed: ${message}`)
  if (first !== undefined) sayLine(terminal, `hint: ${first}`)
}

/**
 * Copies that a server's refusal left. A person knows about their own removals. Empty if the store cannot be opened.
 */
async function refusedCopies(broker: Broker): Promise<readonly { readonly copy: Copy; readonly takenAt: number }[]> {
  const restorable = await broker.restorable()
  const copies = (await restorable.all().catch(() => [])).filter(({ taken }) => taken === undefined)
  return copies.map((copy) => ({ copy, takenAt: restorable.madeAt(copy.until ?? 0) }))
}
