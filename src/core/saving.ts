import type { Lookup } from './selection.ts'

/** How a tool saves, where that changes what a save means. */
export interface Saving {
  /** What the tool's lookups are like, where they go further than to this endpoint and this kind. */
  readonly borrows?: Partial<Pick<Lookup, 'kinds' | 'borrowedKinds' | 'endpoints' | 'tokenUser'>>
  /** The tool saves whatever it was answered, without anybody having signed in (git does). */
  readonly repeats?: boolean
  /** The tool lists what it saved: what it borrows and saves nevertheless counts as shared with it. */
  readonly lists?: boolean
  /** It is kept as the tool's own also where the tool would be answered with just this already: an import can be undone. */
  readonly asOwn?: boolean
  /** The tool keeps one account at an endpoint: its other ones there are replaced. */
  readonly oneAccount?: boolean
}
