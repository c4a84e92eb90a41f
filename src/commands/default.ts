import type { Command } from 'commander'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { nothingThere, sayLine, shownAccount, withService } from './arguments.ts'
import { atPlace } from './pick.ts'
import type { NamedPlace } from './place.ts'

export function defaultCommand(program: Command, context: CliContext): void {
  withService(program.command('default [endpoint] [account]'))
    .description('set the account that is used if a tool names no user')
    .option('--unset', 'remove the default')
    .action(async (word: string | undefined, account: string | undefined, options) =>
      context.end(await atPlace(context, [word, account], options, (place) => setDefault(context, place, options))),
    )
}

async function setDefault(
  context: CliContext,
  { endpoint, account }: NamedPlace,
  options: { unset?: boolean },
): Promise<number> {
  const actions = await (await context.broker()).personActions()
  if (options.unset === true) return unset(context, endpoint, await actions.unsetDefault(endpoint))
  if (account === undefined) {
    throw new Failure('malformed', 'no account is named', {
      hints: [hint`credbridge list ${endpointWords(endpoint)}`],
    })
  }
  await actions.setDefault(endpoint, account)
  sayLine(context.terminal, `${shownAccount(account)} is now the default at ${endpoint.key}`)
  return 0
}

function unset({ terminal }: CliContext, endpoint: Endpoint, accounts: readonly string[]): number {
  for (const account of accounts)
    sayLine(terminal, `${shownAccount(account)} is no longer the default at ${endpoint.key}`)
  if (accounts.length === 0) sayLine(terminal, `${endpoint.key} has no default`)
  return accounts.length === 0 ? nothingThere : 0
}
