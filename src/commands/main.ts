import { CommanderError } from 'commander'
import { isCancelled } from '../core/cancelled.ts'
import { asFailure } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { exit } from '../edge/exit.ts'
import { traceFailure } from '../edge/serve.ts'
import { complain } from '../edge/stdio.ts'
import { thisCliContext } from '../edge/terminal/cli-context.ts'
import { broken, interrupted } from './arguments.ts'
import { buildProgram } from './program.ts'

/** Runs `credbridge …` and ends the process. */
export async function main(words: readonly string[]): Promise<void> {
  const context = thisCliContext()
  try {
    await (await buildProgram(context)).parseAsync(words, { from: 'user' })
    const { exitCode, stuck } = context.ending()
    exit(exitCode, stuck)
  } catch (error) {
    if (error instanceof CommanderError) return exit(error.exitCode === 0 ? 0 : broken, false)
    const failure = asFailure(error)
    traceFailure(failure)
    complain(formatFailure(failure))
    exit(isCancelled(failure) ? interrupted : broken, failure.stuck)
  }
}
