import type { Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { atPlace } from './pick.ts'
import type { RotateOptions } from './rotate-at.ts'

export function rotateCommand(program: Command, context: CliContext): void {
  program
    .command('rotate [endpoint] [account]')
    .description('replace a token by a new one that its provider makes')
    .option('-y, --yes', 'rotate without asking')
    .action(async (word: string | undefined, account: string | undefined, options: RotateOptions) => {
      const { rotate } = await import('./rotate-at.ts')
      const { canRotate } = await import('./rotate-which.ts')
      const choices = async () => (await (await context.broker()).list()).filter(canRotate)
      context.end(await atPlace(context, [word, account], {}, (place) => rotate(context, place, options), choices))
    })
}
