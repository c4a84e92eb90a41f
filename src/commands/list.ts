import type { Command } from 'commander'
import type { Entry } from '../core/credential.ts'
import { isNoteKind, ourselves } from '../core/credential.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { printable } from '../core/failure-text.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { accountFrom, endpointFrom, jsonEntry, nothingThere, shownAccount, withService } from './arguments.ts'

export function listCommand(program: Command, context: CliContext): void {
  withService(program.command('list [endpoint] [account]'))
    .description('show what is kept: endpoints, accounts and who saved them, never secrets')
    .option('--json', 'as JSON')
    .action(async (endpoint: string | undefined, account: string | undefined, options) =>
      context.end(await list(context, endpoint, accountFrom(endpoint ?? '', account, options), options)),
    )
}

async function list(
  { terminal, broker }: CliContext,
  word: string | undefined,
  account: string | undefined,
  options: { json?: boolean; service?: boolean },
): Promise<number> {
  const endpoint = word === undefined ? undefined : endpointFrom(word, options)
  const entries = (await (await broker()).list()).filter(
    (entry) => endpoint === undefined || sameEndpoint(entry.endpoint, endpoint),
  )
  const credentials = entries
    .filter(({ kind }) => !isNoteKind(kind))
    .filter((entry) => account === undefined || entry.account === account)
    .sort(byName)
  const isDefault = (entry: Entry) =>
    entries.some(
      (note) =>
        note.kind === 'default' &&
        note.owner === ourselves &&
        note.account === entry.account &&
        sameEndpoint(note.endpoint, entry.endpoint),
    )
  if (options.json === true) {
    const data = credentials.map((entry) => ({ ...jsonEntry(entry), default: isDefault(entry) }))
    terminal.out(`${JSON.stringify(data, undefined, 2)}\n`)
  } else {
    terminal.out(table(credentials.map((entry) => [...row(entry), isDefault(entry) ? 'default' : ''])))
  }
  return credentials.length === 0 ? nothingThere : 0
}

function row({ endpoint, account, owner, kind, savedAt }: Entry): string[] {
  const saved = savedAt === undefined ? '' : new Date(savedAt).toISOString().slice(0, 10)
  return [endpoint.key, shownAccount(account), owner, kind, saved]
}

/** Columns as wide as their widest word, two spaces apart. */
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
