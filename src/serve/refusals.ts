import { Failure, type FailureCode, isFailure } from '../core/failure.ts'

/*
 * What the far side is told of a failure. A failure's own message may name a command or a path of this machine, so only
 * the texts that are written for the far side go there.
 */

const forFarSide = new WeakSet<Failure>()

/** A failure whose message the far side gets as it is. It names nothing that the request or the grant did not name. */
export function refusal(code: FailureCode, message: string): Failure {
  const failure = new Failure(code, message)
  forFarSide.add(failure)
  return failure
}

/** The failure as the far side gets it: without hints, and with a text of its code if it is no refusal of ours. */
export function failureFor(error: unknown): Failure {
  if (isFailure(error) && forFarSide.has(error)) return error
  const code = isFailure(error) ? error.code : 'internal'
  return new Failure(code, texts[code])
}

const texts: Readonly<Record<FailureCode, string>> = {
  locked: 'the keychain there is locked',
  unavailable: 'the keychain there has no answer now: it cannot be reached, or a credential cannot be renewed',
  ambiguous: 'several accounts fit: name one',
  refused: 'the machine of the keychain refused it',
  malformed: 'what is kept there, or was sent, cannot be used',
  'too-large': 'the secret is too large for the keychain there',
  timeout: 'the keychain there gave no answer in time',
  unsupported: 'the keychain there cannot do that',
  internal: 'something went wrong while serving',
}
