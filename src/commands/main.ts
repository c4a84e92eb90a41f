import { CommanderError } from 'commander'
import { asFailure } from '../core/failure.ts'
import { thisDesk } from '../edge/desk.ts'
import { leave } from '../edge/leave.ts'
import { told } from '../edge/report.ts'
import { buildProgram } from './program.ts'
import { broken } from './words.ts'

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
