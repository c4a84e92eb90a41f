import { type Command, CommanderError } from 'commander'
import { asFailure, isCancelled } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { exit } from '../edge/exit.ts'
import { complain } from '../edge/stdio.ts'
import { thisCliContext } from '../edge/terminal/cli-context.ts'
import { traceOf } from '../edge/trace.ts'
import { broken, interrupted } from './arguments.ts'
import { offeredCommands } from './other-words.ts'
import { buildProgram } from './program.ts'

/** Runs `credbridge …` and ends the process. */
export async function main(words: readonly string[]): Promise<void> {
  const trace = await traceOf('credbridge')
  const context = await thisCliContext(trace.tracing)
  try {
    const program = await buildProgram(context)
    const known = meantBy(program, words)
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

/** Many programs have -v, many -V. Help for a command that is not there is answered as that command would be. */
function meantBy(program: Command, words: readonly string[]): readonly string[] {
  const [first, second, ...more] = words
  if (first === '-V') return ['--version']
  const isAsked = first === 'help' && second !== undefined && !second.startsWith('-') && more.length === 0
  const isThere = offeredCommands(program).some((one) => one.name() === second || one.aliases().includes(second ?? ''))
  return isAsked && !isThere ? [second] : words
}

/** The command's name, with those of the commands above it: `vault add-slot`. */
function nameOf(command: Command): string {
  const { parent } = command
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`
}
