/** One change that setup would make. A person sees it before it is made. */
export interface Change {
  /** One line for a person, describing the result. */
  readonly says: string
  apply(): Promise<void> | void
}
