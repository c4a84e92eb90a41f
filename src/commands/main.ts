import { type Command, CommanderError } from 'commander'
import { asFailure, isCancelled } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { exit } from '../edge/exit.ts'
import { complain } from '../edge/stdio.ts'
import { thisCliContext } from '../edge/terminal/cli-context.ts'
import { traceOf } from '../edge/trace.ts'
import { broken, interrupted } from './arguments.ts'
import { buildProgram } from './program.ts'

/** Runs `credbridge …` and ends the process. */
export async function main(words: readonly string[]): Promise<void> {
  const trace = await traceOf('credbridge')
  const context = await thisCliContext(trace.tracing)
  try {
    // Many programs have the one, many the other.
    const known = words[0] === '-V' ? ['--version'] : words
    const program = await buildProgram(context)
    program.hook('preAction', (_, command) => trace.command(nameOf(command)))
    await program.parseAsync(known, { from: 'user' })
    const { exitCode, stuck } = context.ending()
    trace.ends(exitCode)
    exit(exitCode, stuck)
  } catch (error) {
    if (error instanceof CommanderError) return exit(error.exitCode === 0 ? 0 : broken, false)
    const failure = asFailure(error)
    trace.failed(failure)
    complain(context.terminal.inShellWords(formatFailure(failure)))
    exit(isCancelled(failure) ? interrupted : broken, failure.stuck)
  }
}

/** The command's name, with those of the commands above it: `vault add-slot`. */
function nameOf(command: Command): string {
  const { parent } = command
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`
}
