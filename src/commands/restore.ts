import type { Command } from 'commander'
import { toolOf } from '../core/credential.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { accountFrom, endpointFrom, nothingThere, sayLine, shownAccount, withService } from './arguments.ts'

export function restoreCommand(program: Command, context: CliContext): void {
  withService(program.command('restore <endpoint> [account]'))
    .description('bring back what a server refused, or what set or remove took, within the last day')
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
  const { restorable } = await broker()
  const { back, waiting } = await restorable.restore(endpoint, account, options.replace)
  for (const item of back) {
    sayLine(terminal, `${shownAccount(item.account)} at ${item.endpoint.key} is back, saved by ${item.owner}`)
  }
  for (const item of waiting) {
    const command = hint`credbridge restore --replace ${placeWords(endpoint, item.account)}`
    sayLine(terminal, `note: what ${item.owner} saved before, instead of what it has now: ${command}`)
  }
  const resumed = await restorable.resume(endpoint, account)
  for (const { owner } of resumed) sayLine(terminal, `${toolOf(owner)} uses what is kept for ${endpoint.key} again`)
  if (back.length + resumed.length > 0) return 0
  sayLine(terminal, 'nothing to restore: no copy is kept, or its time is over')
  return nothingThere
}
