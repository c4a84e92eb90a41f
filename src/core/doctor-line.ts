import { asFailure } from './failure.ts'
import { commandIn, type Hint } from './hint.ts'

/** One line of `credbridge doctor`. */
export interface DoctorLine {
  readonly state: 'ok' | 'note' | 'wrong' | 'skipped'
  readonly says: string
  /** The command that fixes it. */
  readonly fix?: Hint
}

/** The line for an error, with the first command in its hints as the fix. A hint before that one is in the text. */
export function doctorLineOf(error: unknown): DoctorLine {
  const { message, hints } = asFailure(error)
  const commands = hints.map(commandIn)
  const fix = commands.find((command) => command !== undefined)
  const says = [message, ...(commands[0] === undefined ? hints.slice(0, 1) : [])].join('; ')
  return fix === undefined ? { state: 'wrong', says } : { state: 'wrong', says, fix }
}
