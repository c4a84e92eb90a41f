import type { Lookup } from './selection.ts'

/** Properties of a tool that change the meaning of a save. */
export interface Saving {
  /** The tool's lookups, if they cover more than this endpoint and this kind. */
  readonly borrows?: Partial<Pick<Lookup, 'kinds' | 'borrowedKinds' | 'endpoints' | 'tokenUser'>>
  /** The tool saves every answer that it gets, even if no person has signed in (git). */
  readonly repeats?: boolean
  /** The tool lists what it saved. If it saves a borrowed credential, that counts as shared with it. */
  readonly lists?: boolean
  /** Save it as the tool's own even if the tool would already get it, so that an import can be undone. */
  readonly asOwn?: boolean
  /** The tool keeps one account at an endpoint. The save replaces its other accounts there. */
  readonly oneAccount?: boolean
}
