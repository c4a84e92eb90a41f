import type { Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { LogoutOptions } from './logout-at.ts'
import { atPlace } from './pick.ts'

export function logoutCommand(program: Command, context: CliContext): void {
  program
    .command('logout [endpoint] [account]')
    .description('end a sign-in at its provider, then forget it')
    .option('--forget', 'forget it here even if the provider cannot be told')
    .action(async (word: string | undefined, account: string | undefined, options: LogoutOptions) => {
      const { logout } = await import('./logout-at.ts')
      const signedIn = async () => (await (await context.broker()).list()).filter(({ kind }) => kind === 'token')
      const end = await atPlace(context, [word, account], {}, (place) => logout(context, place, options), signedIn)
      context.end(end)
    })
}
