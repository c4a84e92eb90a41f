import type { Command } from 'commander'
import type { Broker } from '../core/broker.ts'
import { type Entry, isNoteKind } from '../core/credential.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { printable } from '../core/failure-text.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { Copy } from '../core/restorable.ts'
import { safeJson } from '../core/safe-json.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import {
  accountFrom,
  broken,
  endpointFrom,
  jsonEntry,
  nothingThere,
  sayLine,
  shownAccount,
  withService,
} from './arguments.ts'
import { entryState, entryStateData, entryStateText, fixesFor, refusedCopy } from './entry-state.ts'
import { mintedData, mintedStates, mintedText, stateOf } from './minted-state.ts'

export function listCommand(program: Command, context: CliContext): void {
  withService(program.command('list [endpoint] [account]'))
    .description('show what is kept: endpoints, accounts and who saved them, never secrets')
    .option('--json', 'as JSON')
    .action(async (endpoint: string | undefined, account: string | undefined, options) =>
      context.end(await list(context, endpoint, accountFrom(endpoint ?? '', account, options), options)),
    )
}

async function list(
  { terminal, broker, machine }: CliContext,
  word: string | undefined,
  account: string | undefined,
  options: { json?: boolean; service?: boolean },
): Promise<number> {
  const endpoint = word === undefined ? undefined : endpointFrom(word, options)
  const isMeant = (place: Pick<Entry, 'endpoint' | 'account'>) =>
    (endpoint === undefined || sameEndpoint(place.endpoint, endpoint)) &&
    (account === undefined || place.account === account)
  const opened = await broker()
  const all = await opened.list()
  const entries = all.filter((entry) => !isNoteKind(entry.kind) && isMeant(entry)).sort(byName)
  const near = all.filter(({ endpoint: at }) => endpoint === undefined || sameEndpoint(at, endpoint))
  const ended = await (await opened.personActions()).endedUses(near)
  const now = Date.now()
  const minted = await mintedStates(machine, await (await opened.personActions()).minted(entries), now)
  const state = (entry: Entry) => {
    const { kind = entry.kind } = stateOf(entry, minted) ?? {}
    return entryState({ ...entry, kind }, all, ended)
  }
  const mintedAs = (entry: Entry) => {
    const found = stateOf(entry, minted)
    return found === undefined ? undefined : { text: mintedText(found, now), data: { minted: mintedData(found) } }
  }
  if (options.json === true) {
    const data = entries.map((entry) => ({
      ...jsonEntry(entry),
      ...entryStateData(state(entry)),
      ...mintedAs(entry)?.data,
    }))
    terminal.out(`${safeJson(data, 2)}\n`)
  } else {
    const textOf = (entry: Entry) =>
      [entryStateText(state(entry), now), mintedAs(entry)?.text ?? ''].filter((text) => text !== '').join('; ')
    terminal.out(table(entries.map((entry) => [...row(entry), textOf(entry)])))
    for (const command of new Set(entries.flatMap((entry) => fixesFor(entry, ended))))
      sayLine(terminal, `hint: ${command}`)
    const copies = all.some(({ kind }) => kind === 'erased') ? await refusedCopies(opened) : []
    for (const copy of copies.filter(({ erased }) => isMeant(erased))) {
      sayLine(terminal, `note: ${refusedCopy(copy, opened.restorable.madeAt(copy.until ?? 0), now)}`)
      sayLine(terminal, hint`hint: credbridge restore ${placeWords(copy.erased.endpoint, copy.erased.account)}`)
    }
  }
  const problems = await opened.problems()
  for (const { message, hints } of problems) sayProblem(terminal, message, hints)
  if (entries.length > 0) return 0
  return problems.length > 0 ? broken : nothingThere
}

function sayProblem(terminal: CliContext['terminal'], message: string, [first]: readonly string[]): void {
  sayLine(terminal, `not listed: ${message}`)
  if (first !== undefined) sayLine(terminal, `hint: ${first}`)
}

/**
 * Copies that a server's refusal left. A person knows about their own removals. Empty if the store cannot be opened.
 */
async function refusedCopies({ restorable }: Broker): Promise<readonly Copy[]> {
  const copies = await restorable.all().catch(() => [])
  return copies.filter(({ taken }) => taken === undefined)
}

function row({ endpoint, account, owner, kind, savedAt }: Entry): string[] {
  const saved = savedAt === undefined ? '' : new Date(savedAt).toISOString().slice(0, 10)
  return [endpoint.key, shownAccount(account), owner, kind, saved]
}

/** Aligned columns, two spaces apart. */
function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((cells) => cells.map(printable))
  const widths = (shown[0] ?? []).map((_, column) => Math.max(...shown.map((cells) => cells[column]?.length ?? 0)))
  return shown
    .map(
      (cells) =>
        `${cells
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function byName(a: Entry, b: Entry): number {
  return order(a.endpoint.key, b.endpoint.key) || order(a.account, b.account) || order(a.owner, b.owner)
}

/** By code units, the same in every language and runtime. */
function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
