import { type Hint, hint } from './hint.ts'

/**
 * The closed set of ways in which something can be broken. Absence is not among them: it is `undefined` or an empty
 * list.
 *
 * - `locked`       the store exists and is locked; a person can unlock it
 * - `unavailable`  the store cannot be reached or does not exist here
 * - `ambiguous`    several accounts fit, and none of them is preferred
 * - `refused`      a person, a policy or the operating system said no
 * - `malformed`    the input or the stored item cannot be used
 * - `too-large`    the secret exceeds the store's limit
 * - `timeout`      no answer came in time
 * - `unsupported`  this store or this version cannot do that
 * - `internal`     a bug in credbridge
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
  /** What a person can do about it. */
  readonly hints?: readonly Hint[]
  readonly cause?: unknown
  /** A native call still runs and cannot be cancelled. Only a signal ends this process (`edge/exit.ts`). */
  readonly stuck?: boolean
  /** The service existed a moment ago. Its failure does not prove that it is absent. */
  readonly passing?: boolean
}

const brand = Symbol.for('credbridge.failure')

/** Something is broken. The message names things, never values. It must not contain a secret or an input line. */
export class Failure extends Error {
  /** Minifying renames the class but not this name, which printed errors may show. */
  static override readonly name = 'Failure'
  readonly [brand] = true
  readonly code: FailureCode
  readonly hints: readonly Hint[]
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

const byPerson = Symbol.for('credbridge.cancelled')

/** A person pressed Ctrl-C at a question. */
export function cancelled(): Failure {
  return new Failure('refused', 'cancelled', { cause: byPerson })
}

/** Whether a person pressed Ctrl-C, which ends the command with the exit code 130, as the signal would. */
export function isCancelled(error: unknown): boolean {
  return error === byPerson || (isFailure(error) && isCancelled(error.cause))
}

/** Whether the error is a `Failure`, also one from another credbridge bundle in this process. */
export function isFailure(error: unknown): error is Failure {
  return typeof error === 'object' && error !== null && brand in error
}

/**
 * Converts any thrown value. A `Failure` stays as it is; others become `internal`, without text that may hold input.
 */
export function asFailure(error: unknown): Failure {
  if (isFailure(error)) return error
  return new Failure('internal', 'something went wrong inside credbridge', {
    hints: [hint`set CREDBRIDGE_DEBUG=1 to see where, and report it`],
    cause: error,
  })
}

/** The failure, for a command that goes on after it. Ctrl-C at a question is thrown again, because it ends the command. */
export function failureToPass(error: unknown): Failure {
  if (isCancelled(error)) throw error
  return asFailure(error)
}

/** The same failure with further hints. */
export function withHints(failure: Failure, hints: readonly Hint[]): Failure {
  const { code, message, stuck, passing } = failure
  return new Failure(code, message, { hints: [...failure.hints, ...hints], cause: failure, stuck, passing })
}
