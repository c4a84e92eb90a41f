import { asFailure } from './failure.ts'

/** One line of `credbridge doctor`. */
export interface DoctorLine {
  readonly state: 'ok' | 'note' | 'wrong' | 'skipped'
  readonly says: string
  /** The command that mends it. */
  readonly fix?: string
}

/** What went wrong, with the first thing that mends it. */
export function doctorLineOf(error: unknown): DoctorLine {
  const { message, hints } = asFailure(error)
  const [fix] = hints
  return { state: 'wrong', says: message, ...(fix === undefined ? {} : { fix }) }
}
