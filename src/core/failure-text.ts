import type { Failure } from './failure.ts'
import { unprintable } from './unprintable.ts'

/*
 * The text of a failure on standard error: what is wrong, then one line for each hint. Lower case, no full stop. It
 * shows names, never values. Names may come from requests, so control characters are replaced.
 */

/** Formats a failure for a person, or the absence of what a client needs. Ends in a newline. */
export function formatFailure(failure: Pick<Failure, 'message' | 'hints'>): string {
  const hints = failure.hints.map((hint) => `hint: ${printable(hint)}\n`)
  return [`credbridge: ${printable(failure.message)}\n`, ...hints].join('')
}

/** Replaces every character that could move the cursor, change colours, ring the bell or reorder text. */
export function printable(text: string): string {
  return text.replace(unprintable, '\uFFFD')
}

/** The code and the stack frames. Leaves out messages: that of a foreign error may contain its input. */
export function whereItBroke(failure: Failure): string {
  const frames = (error: unknown) =>
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : []
  return [`debug: ${failure.code}`, ...frames(failure), ...frames(failure.cause), ''].join('\n')
}
