/** One thing that setup would do, shown before it is done. */
export interface Change {
  /** A line for a person: what will be different. */
  readonly says: string
  apply(): Promise<void> | void
}
