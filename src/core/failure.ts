/**
 * The closed set of ways in which something can be broken. Absence is not among them: what was looked for and
 * is not there is `undefined` or an empty list. What the caller does next:
 *
 * - `locked`       the store is there and closed; a person can open it
 * - `unavailable`  the store cannot be reached or does not exist here
 * - `ambiguous`    several accounts fit and nothing says which
 * - `refused`      a person, a policy or the operating system said no
 * - `malformed`    the input, or what is stored, cannot be used as it is
 * - `too-large`    the store takes no secret of this size
 * - `timeout`      no answer came in time
 * - `unsupported`  this store or this version cannot do that
 * - `internal`     a mistake of ours
 */
export type FailureCode =
  | 'locked'
  | 'unavailable'
  | 'ambiguous'
  | 'refused'
  | 'malformed'
  | 'too-large'
  | 'timeout'
  | 'unsupported'
  | 'internal'

export interface FailureDetails {
  /** What a person can do about it; each hint is one sentence without a full stop. */
  readonly hints?: readonly string[]
  readonly cause?: unknown
  /** A native call still runs and cannot be called off: only a signal ends this process (`edge/leave.ts`). */
  readonly stuck?: boolean
  /** What is unavailable was there a moment ago: this proves nothing about whether it exists. */
  readonly passing?: boolean
}

const brand = Symbol.for('credbridge.failure')

/** Something is broken. The message names things, never values: no secret and no input line may stand in it. */
export class Failure extends Error {
  /** Minifying renames the class, not this: what prints an error may ask its class. */
  static override readonly name = 'Failure'
  readonly [brand] = true
  readonly code: FailureCode
  readonly hints: readonly string[]
  readonly stuck: boolean
  readonly passing: boolean

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Failure'
    this.code = code
    this.hints = details.hints ?? []
    this.stuck = details.stuck ?? false
    this.passing = details.passing ?? false
  }
}

/** True for a failure of ours, also for one made by another bundle of ours in this process. */
export function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && brand in error
}

/** Any thrown thing as a failure: ours as it is, everything else as `internal` without its text, which may hold input. */
export function asFailure(error: unknown): Failure {
  if (isFailure(error)) return error
  return new Failure('internal', 'something went wrong inside credbridge', {
    hints: ['set CREDBRIDGE_DEBUG=1 to see where, and report it'],
    cause: error,
  })
}

/** The same failure with more to do about it. */
export function withHints(failure: Failure, hints: readonly string[]): Failure {
  const { code, message, stuck, passing } = failure
  return new Failure(code, message, { hints: [...failure.hints, ...hints], cause: failure, stuck, passing })
}
