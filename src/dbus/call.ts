import type { Value } from './value.ts'

/** A method to call, with what, and the signature that its reply must have. */
export interface Call<Reply extends string = string> {
  readonly destination: string
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature?: string
  readonly body?: readonly Value[]
  readonly reply: Reply
}
