import type { Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import { sayTaken } from './say-taken.ts'
import { setUpAll } from './setup-all.ts'
import { setupServeCommand } from './setup-serve.ts'
import { wire } from './wire.ts'

export function setupCommand(program: Command, context: CliContext): void {
  const setup = program
    .command('setup')
    .description('configure the installed tools, or one of them, to ask credbridge, and prove that they do')
    .argument('[tool]')
    .option('--only <tools>', 'only these tools, separated by commas')
    .option('-y, --yes', 'do not ask before changing anything')
    .option('--undo', 'remove what setup added, and nothing else')
    .option('-n, --dry-run', 'show what would be changed')
    .option('--no-prove', 'do not sign in with a throw-away credential afterwards')
    .action(async (name: string | undefined, options) => context.end(await setUpAll(context, name, options)))
  for (const tool of tools) {
    const { setup: load } = tool
    if (load === undefined) continue
    const command = setup.command(tool.name).description(tool.title)
    for (const { flags, says } of tool.setupOptions ?? []) command.option(flags, says)
    command
      .option('--undo', 'remove what setup added, and nothing else')
      .option('-n, --dry-run', 'show what would be changed')
      .option('--no-prove', 'do not sign in with a throw-away credential afterwards')
      .action(async (options) => {
        const exitCode = await wire(context, tool, await load(), options)
        if (options.undo === true && options.dryRun !== true) sayTaken(context, tool)
        context.end(exitCode)
      })
  }
  setupServeCommand(setup, context)
}
