/** One line of `credbridge doctor`. */
export interface DoctorLine {
  readonly state: 'ok' | 'note' | 'wrong' | 'skipped'
  readonly says: string
  /** The command that mends it. */
  readonly fix?: string
}
