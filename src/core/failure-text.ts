import type { Failure } from './failure.ts'
import { unprintable } from './unprintable.ts'

/*
 * How credbridge speaks to people. Everything goes to standard error, lower case, no full stop; first what is wrong,
 * then each thing that can be done about it on a line of its own. Names are shown, values never. Control characters
 * cannot reach the terminal: what is shown comes from requests too.
 */

/** A failure as the text for a person, ending in a newline. */
export function formatFailure(failure: Failure): string {
  const hints = failure.hints.map((hint) => `hint: ${printable(hint)}\n`)
  return [`credbridge: ${printable(failure.message)}\n`, ...hints].join('')
}

/** Text without anything that moves a cursor, colours, rings or reorders. */
export function printable(text: string): string {
  return text.replace(unprintable, '\uFFFD')
}

/** Frames only: the message of a foreign error may repeat what it was given. */
export function whereItBroke(failure: Failure): string {
  const frames = (error: unknown) =>
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : []
  return [`debug: ${failure.code}`, ...frames(failure), ...frames(failure.cause), ''].join('\n')
}
