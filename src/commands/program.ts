import { Command } from 'commander'
import { version } from '../edge/installation/version.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { renewing } from '../engine/renew-order.ts'
import { allowCommand } from './allow.ts'
import { approveCommand } from './approve.ts'
import { broughtCommands } from './brought-commands.ts'
import { addHelp } from './command-help.ts'
import { completeCommand } from './complete.ts'
import { completionCommand } from './completion.ts'
import { defaultCommand } from './default.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { getCommand } from './get.ts'
import { grantsCommand } from './grants.ts'
import { importCommand } from './import.ts'
import { listCommand } from './list.ts'
import { logCommand } from './log.ts'
import { loginCommand } from './login.ts'
import { logoutCommand } from './logout.ts'
import { moveCommand } from './move.ts'
import { otherWords } from './other-words.ts'
import { removeCommand } from './remove.ts'
import { restoreCommand } from './restore.ts'
import { rotateCommand } from './rotate.ts'
import { runCommand } from './run.ts'
import { sandboxCommand } from './sandbox.ts'
import { serveCommand } from './serve.ts'
import { setCommand } from './set.ts'
import { setupCommand } from './setup.ts'
import { shareCommand } from './share.ts'
import { sshCommand } from './ssh.ts'
import { statusCommand } from './status.ts'
import { uninstallCommand } from './uninstall.ts'
import { usageError } from './usage-error.ts'
import { useCommand } from './use.ts'

/** Builds the command tree. It runs commands and is the source of completions and the manual page. */
export async function buildProgram(context: CliContext): Promise<Command> {
  const program = new Command('credbridge')
    .description('one keychain for every tool that asks for a credential')
    .version(version, '-v, --version', 'show the version')
    .option('--no-color', 'no colours, like NO_COLOR=1')
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.say })
    .configureOutput({ getOutHelpWidth: () => context.terminal.width ?? 80 })
    .configureHelp({ subcommandTerm: (command) => command.name(), minWidthToWrap: 20 })
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .exitOverride()
    .enablePositionalOptions() // An option belongs to the command before it: `import git --dry-run`.
  // In the order of the groups in the help (command-help.ts).
  for (const add of [
    loginCommand,
    logoutCommand,
    rotateCommand,
    statusCommand,
    setCommand,
    approveCommand,
    getCommand,
    listCommand,
    removeCommand,
    restoreCommand,
    defaultCommand,
    shareCommand,
    setupCommand,
    importCommand,
    runCommand,
    allowCommand,
    uninstallCommand,
    useCommand,
    moveCommand,
    serveCommand,
    sshCommand,
    sandboxCommand,
    grantsCommand,
    logCommand,
  ]) {
    add(program, context)
  }
  await broughtCommands(program, context)
  for (const add of [explainCommand, doctorCommand, completionCommand, completeCommand]) add(program, context)
  program.command('take-back', { hidden: true }).action(async () => (await import('./take-back.ts')).takeBack(context))
  program.command(renewing, { hidden: true }).action(async () => (await import('./renew-token.ts')).renewToken(context))
  otherWords(program)
  addHelp(program)
  program.hook('preAction', (_, command) => {
    // Also for the library that asks, and for programs that are started.
    if ([program, command].some((one) => one.opts()['color'] === false)) context.machine.setVariable('NO_COLOR', '1')
  })
  return program
}
