import { Failure, isFailure } from '../core/failure.ts'

/** No keychain is available: `unavailable`, with the name that Python's keyring uses. */
export class NoKeyringError extends Failure {
  constructor(failure: Failure) {
    super('unavailable', failure.message, { hints: failure.hints, cause: failure, stuck: failure.stuck })
    this.name = 'NoKeyringError'
  }
}

/** There was nothing to delete. */
export class PasswordDeleteError extends Error {
  constructor() {
    super('no such password')
    this.name = 'PasswordDeleteError'
  }
}

/** Runs the work. Turns an `unavailable` failure into a `NoKeyringError`; other failures stay as they are. */
export async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isFailure(error) && error.code === 'unavailable' ? new NoKeyringError(error) : error
  }
}
