import { Failure, isFailure } from './failure.ts'

const mark = Symbol.for('credbridge.cancelled')

/** A person ended a question by Ctrl-C or Escape. Commands then end with 130, as a shell reports an interruption. */
export function cancelled(): Failure {
  return new Failure('refused', 'cancelled', { cause: mark })
}

export function isCancelled(error: unknown): boolean {
  return isFailure(error) && error.cause === mark
}
