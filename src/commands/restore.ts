import type { Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { accountFrom, endpointFrom, nothingThere, shownAccount, withService } from './arguments.ts'

export function restoreCommand(program: Command, context: CliContext): void {
  withService(program.command('restore <endpoint> [account]'))
    .description('bring back what a tool erased within the last day because a server refused it')
    .option('--replace', 'instead of what was signed in to since')
    .action(async (endpoint: string, account: string | undefined, options) =>
      context.end(await restore(context, endpoint, accountFrom(endpoint, account, options), options)),
    )
}

async function restore(
  { terminal, broker }: CliContext,
  word: string,
  account: string | undefined,
  options: { service?: boolean; replace?: boolean },
): Promise<number> {
  const endpoint = endpointFrom(word, options)
  const { erased } = await broker()
  const restored = await erased.restore(endpoint, account, options.replace)
  if (restored !== undefined) terminal.say(`${shownAccount(restored.account)} at ${endpoint.key} is back\n`)
  const resumed = await erased.resume(endpoint, account)
  for (const { owner } of resumed) terminal.say(`${owner} uses what is kept for ${endpoint.key} again\n`)
  if (restored !== undefined || resumed.length > 0) return 0
  terminal.say('nothing to restore: no copy is kept, or its time is over\n')
  return nothingThere
}
