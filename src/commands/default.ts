import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { endpointWords } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { accountFrom, endpointFrom, nothingThere, shownAccount, withService } from './arguments.ts'

export function defaultCommand(program: Command, context: CliContext): void {
  withService(program.command('default <endpoint> [account]'))
    .description('say which account is meant where a tool names no user')
    .option('--unset', 'no account is')
    .action(async (endpoint: string, account: string | undefined, options) =>
      context.end(await setDefault(context, endpoint, accountFrom(endpoint, account, options), options)),
    )
}

async function setDefault(
  context: CliContext,
  word: string,
  account: string | undefined,
  options: { service?: boolean; unset?: boolean },
): Promise<number> {
  const endpoint = endpointFrom(word, options)
  const { keeping } = await context.broker()
  if (options.unset === true) return (await keeping.unsetDefault(endpoint)) ? 0 : nothingThere
  if (account === undefined) {
    throw new Failure('malformed', 'no account is named', {
      hints: [`credbridge list ${endpointWords(endpoint)}`],
    })
  }
  await keeping.setDefault(endpoint, account)
  context.terminal.say(`${shownAccount(account)} is now the default at ${endpoint.key}\n`)
  return 0
}
