import type { Command } from 'commander'
import type { Desk } from '../edge/desk.ts'
import { endpointFrom, nothingThere, shownAccount, withService } from './words.ts'

export function restoreCommand(program: Command, desk: Desk): void {
  withService(program.command('restore <endpoint> [account]'))
    .description('bring back what git erased within the last day')
    .action(async (endpoint: string, account: string | undefined, options) =>
      desk.ends(await restore(desk, endpoint, account, options)),
    )
}

async function restore(
  { terminal, open }: Desk,
  word: string,
  account: string | undefined,
  options: { service?: boolean },
): Promise<number> {
  const { broker } = await open()
  const restored = await broker.erased.restore(endpointFrom(word, options), account)
  if (restored === undefined) {
    terminal.say('there is nothing to bring back, or its time is over\n')
    return nothingThere
  }
  terminal.say(`${shownAccount(restored.account)} at ${restored.endpoint.key} is back\n`)
  return 0
}
