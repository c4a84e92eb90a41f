import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { command } from './names.ts'

/*
 * The value of GOAUTH: commands between semicolons. The words of a command are split at spaces, and quotes around a word
 * keep it together (cmd/internal/quoted). There is no escape.
 */

/** The commands, in order. */
export function entriesOf(value: string): readonly string[] {
  return value
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** The words of a command. */
export function wordsOf(entry: string): readonly string[] {
  return [...entry.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

/** A command that starts this program. `refused` if GOAUTH cannot name it. */
export function entryFor(program: string): string {
  const quote = ['', "'", '"'].find((mark) => wordsOf(mark + program + mark)[0] === program)
  if (quote !== undefined && !/[;\r\n]/.test(program)) return quote + program + quote
  throw new Failure('refused', `GOAUTH cannot name a program in such a place: ${program}`, {
    hints: [hint`install credbridge in a folder without semicolons and quotes in its name`],
  })
}

/** Whether the command starts ours, of whatever installation. */
export function isOurs(entry: string): boolean {
  const name = (wordsOf(entry)[0] ?? '').split(/[/\\]/).at(-1)
  return ['', '.exe', '.cmd', '.cjs'].some((ending) => name === command + ending)
}
