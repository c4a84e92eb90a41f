import { Command, CommanderError } from 'commander'
import { asFailure } from '../core/failure.ts'
import { thisDesk } from '../edge/desk.ts'
import { leave } from '../edge/leave.ts'
import { told } from '../edge/report.ts'
import { version } from '../edge/version.ts'
import { defaultCommand } from './default.ts'
import { doctorCommand } from './doctor.ts'
import { getCommand } from './get.ts'
import { importCommand } from './import.ts'
import { listCommand } from './list.ts'
import { moveCommand } from './move.ts'
import { removeCommand } from './remove.ts'
import { restoreCommand } from './restore.ts'
import { setCommand } from './set.ts'
import { setupCommand } from './setup.ts'
import { useCommand } from './use.ts'
import { broken } from './words.ts'

/** `credbridge …`: what people type. */
export async function main(words: readonly string[]): Promise<void> {
  const desk = thisDesk()
  const program = new Command('credbridge')
    .description('one keychain for every tool that asks for a credential')
    .version(version, '-V, --version', 'show the version')
    .configureOutput({ writeOut: desk.terminal.out, writeErr: desk.terminal.say })
    .exitOverride()
  for (const add of [getCommand, setCommand, listCommand, removeCommand, restoreCommand, defaultCommand])
    add(program, desk)
  await setupCommand(program, desk)
  await importCommand(program, desk)
  for (const add of [moveCommand, useCommand, doctorCommand]) add(program, desk)
  try {
    await program.parseAsync(words, { from: 'user' })
    leave(desk.exitCode(), false)
  } catch (error) {
    if (error instanceof CommanderError) return leave(error.exitCode === 0 ? 0 : broken, false)
    const failure = asFailure(error)
    desk.terminal.say(told(failure))
    leave(broken, failure.stuck)
  }
}
