import { asFailure } from './failure.ts'
import type { Hint } from './hint.ts'

/** One line of `credbridge doctor`. */
export interface DoctorLine {
  readonly state: 'ok' | 'note' | 'wrong' | 'skipped'
  readonly says: string
  /** The command that fixes it. */
  readonly fix?: Hint
}

/** The line for an error, with its first hint as the fix. */
export function doctorLineOf(error: unknown): DoctorLine {
  const { message, hints } = asFailure(error)
  const [fix] = hints
  return { state: 'wrong', says: message, ...(fix === undefined ? {} : { fix }) }
}
