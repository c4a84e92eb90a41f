import type { Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { StatusOptions } from './status-of.ts'

export function statusCommand(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('show who is signed in where, until when, which tools use it, and what is to be done')
    .option('--json', 'as JSON')
    .option('--notify', 'only what a person should do, and nothing if there is nothing, for the start of a shell')
    .action(async (options: StatusOptions) => {
      const { status } = await import('./status-of.ts')
      context.end(await status(context, options))
    })
}
