/** How a tool saves, where that changes what a save means. */
export interface Saving {
  /**
   * The tool saves whatever it was answered, without anybody having signed in (git does). Then a value that it
   * borrowed is not copied.
   */
  readonly repeats?: boolean
  /** The tool lists what it saved: what it repeats instead is listed from then on, as if a person had shared it. */
  readonly lists?: boolean
  /** The tool keeps one account at an endpoint: its other ones there are replaced. */
  readonly oneAccount?: boolean
}
