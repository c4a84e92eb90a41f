import { asFailure } from './failure.ts'
import { commandIn, type Hint } from './hint.ts'

/** One line of `credbridge doctor`. */
export interface DoctorLine {
  readonly state: 'ok' | 'note' | 'wrong' | 'skipped'
  readonly says: string
  /** The command that fixes it. */
  readonly fix?: Hint
}

/** The line for an error, with the first command in its hints as the fix; else with its first hint in the text. */
export function doctorLineOf(error: unknown): DoctorLine {
  const { message, hints } = asFailure(error)
  const fix = hints.map(commandIn).find((command) => command !== undefined)
  if (fix !== undefined) return { state: 'wrong', says: message, fix }
  return { state: 'wrong', says: [message, ...hints.slice(0, 1)].join('; ') }
}
