import { Failure, isFailure } from '../core/failure.ts'

/** There is no keychain here that could be asked: `unavailable`, under the name that Python gives it. */
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

/** What the work gives; no keychain is a `NoKeyringError`, everything else that is broken a `Failure` with its code. */
export async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isFailure(error) && error.code === 'unavailable' ? new NoKeyringError(error) : error
  }
}
