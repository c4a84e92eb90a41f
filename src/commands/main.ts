import { CommanderError } from 'commander'
import { asFailure } from '../core/failure.ts'
import { told } from '../core/failure-text.ts'
import { leave } from '../edge/exit.ts'
import { thisDesk } from '../edge/terminal/cli-context.ts'
import { broken } from './arguments.ts'
import { buildProgram } from './program.ts'

/** `credbridge …`: what people type. */
export async function main(words: readonly string[]): Promise<void> {
  const desk = thisDesk()
  try {
    await (await buildProgram(desk)).parseAsync(words, { from: 'user' })
    const { exitCode, stuck } = desk.ended()
    leave(exitCode, stuck)
  } catch (error) {
    if (error instanceof CommanderError) return leave(error.exitCode === 0 ? 0 : broken, false)
    const failure = asFailure(error)
    desk.terminal.say(told(failure))
    leave(broken, failure.stuck)
  }
}
