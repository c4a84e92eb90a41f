import { Command } from 'commander'
import { version } from '../edge/installation/version.ts'
import type { Desk } from '../edge/terminal/cli-context.ts'
import { allowCommand } from './allow.ts'
import { completionCommand } from './completion.ts'
import { defaultCommand } from './default.ts'
import { doctorCommand } from './doctor.ts'
import { getCommand } from './get.ts'
import { importCommand } from './import.ts'
import { listCommand } from './list.ts'
import { moveCommand } from './move.ts'
import { removeCommand } from './remove.ts'
import { restoreCommand } from './restore.ts'
import { runCommand } from './run.ts'
import { setCommand } from './set.ts'
import { setupCommand } from './setup.ts'
import { shareCommand } from './share.ts'
import { lockCommand, unlockCommand } from './unlock.ts'
import { useCommand } from './use.ts'
import { vaultCommand } from './vault.ts'

/** All that `credbridge` understands: what runs a line, completes one and fills the manual page. */
export async function buildProgram(desk: Desk): Promise<Command> {
  const program = new Command('credbridge')
    .description('one keychain for every tool that asks for a credential')
    .version(version, '-V, --version', 'show the version')
    .configureOutput({ writeOut: desk.terminal.out, writeErr: desk.terminal.say })
    .exitOverride()
    .enablePositionalOptions() // An option belongs to the command before it: `import git --dry-run`.
  for (const add of [
    getCommand,
    setCommand,
    listCommand,
    removeCommand,
    restoreCommand,
    defaultCommand,
    shareCommand,
  ]) {
    add(program, desk)
  }
  await setupCommand(program, desk)
  await importCommand(program, desk)
  for (const add of [
    runCommand,
    allowCommand,
    moveCommand,
    useCommand,
    vaultCommand,
    unlockCommand,
    lockCommand,
    doctorCommand,
    completionCommand,
  ]) {
    add(program, desk)
  }
  return program
}
