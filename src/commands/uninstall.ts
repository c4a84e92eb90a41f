import type { Command } from 'commander'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { UninstallOptions } from './uninstall-all.ts'

export function uninstallCommand(program: Command, context: CliContext): void {
  program
    .command('uninstall')
    .description("undo every setup, move what is kept to each tool's own keychain helper, remove credbridge's files")
    .option('-y, --yes', 'do not ask; writes no plain file and deletes no secret')
    .option('-n, --dry-run', 'show what would be done')
    .option('--remove-secrets', 'also delete the secrets that are moved nowhere, after a question that counts them')
    .action(async (options: UninstallOptions) => {
      const { uninstall } = await import('./uninstall-all.ts')
      context.end(await uninstall(context, options))
    })
}
