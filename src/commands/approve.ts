import type { Command } from 'commander'
import { isNoteKind } from '../core/credential.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { hint } from '../core/hint.ts'
import { mintingOf } from '../core/minted.ts'
import type { StoredEntry } from '../core/stored-entries.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { nothingThere, sayLine, shownAccount, withService } from './arguments.ts'
import { type NamedPlace, placeFrom } from './place.ts'

interface ApproveOptions {
  readonly service?: boolean
  readonly undo?: boolean
}

/** The command that the message about a command that was not approved suggests. */
export function approveCommand(program: Command, context: CliContext): void {
  withService(program.command('approve <endpoint> [account]'))
    .description('show a command that prints a secret, and let it run on this machine')
    .option('--undo', 'no longer let it run')
    .action(async (word: string, account: string | undefined, options) =>
      context.end(await approve(context, await placeFrom(context, word, account, options), options)),
    )
}

async function approve(
  context: CliContext,
  { endpoint, account }: NamedPlace,
  options: ApproveOptions,
): Promise<number> {
  const broker = await context.broker()
  const entries = (await broker.list()).filter(
    (entry) =>
      !isNoteKind(entry.kind) &&
      sameEndpoint(entry.endpoint, endpoint) &&
      (account === undefined || entry.account === account),
  )
  const minted = await (await broker.personActions()).minted(entries)
  if (minted.length === 0) {
    sayLine(context.terminal, `no command is kept for ${endpoint.key}`)
    return nothingThere
  }
  let exitCode = 0
  for (const one of minted) {
    if (options.undo === true) await forbid(context, one)
    else if (!(await permit(context, one))) exitCode = nothingThere
  }
  return exitCode
}

/** False if the person said no. */
async function permit({ machine, terminal }: CliContext, { store, item }: StoredEntry): Promise<boolean> {
  const { command, kind, lasts } = mintingOf(item)
  const { approve, approvedPath } = await import('../engine/approvals.ts')
  const { forgetFailure } = await import('../engine/failed-lately.ts')
  const who = `${shownAccount(item.account)} at ${item.endpoint.key}`
  sayLine(terminal, `${who}: a command prints the secret (${kind}, good for ${lasts} seconds)`)
  sayLine(terminal, hint`  ${command}`)
  if (approvedPath(machine, store, item) !== undefined) {
    sayLine(terminal, 'it is approved on this machine')
    return true
  }
  const { refuseReplaceable } = await import('./set-minted.ts')
  refuseReplaceable(machine, command[0])
  const question = 'Let this command run as you, whenever a tool asks for the secret?'
  if (!(await terminal.confirm(question, hint`approve it on a terminal`))) {
    sayLine(terminal, 'it was not approved')
    return false
  }
  await approve(machine, store, item)
  forgetFailure(machine, store, item)
  sayLine(terminal, 'it is approved on this machine now')
  return true
}

async function forbid({ machine, terminal }: CliContext, { store, item }: StoredEntry): Promise<void> {
  const { withdraw } = await import('../engine/approvals.ts')
  const who = `${shownAccount(item.account)} at ${item.endpoint.key}`
  const done = await withdraw(machine, store, item)
  sayLine(
    terminal,
    done ? `the command of ${who} no longer runs on this machine` : `the command of ${who} was not approved`,
  )
}
