import type { DoctorLine } from '../core/doctor-line.ts'
import { printable } from '../core/failure-text.ts'

/** One check. An error that it throws becomes a line of the report. */
export interface Check {
  readonly name: string
  run(): Promise<readonly DoctorLine[]>
}

/** A line of doctor, and the check that it is from. */
export type Result = DoctorLine & { readonly check: string }

type Line = Omit<Result, 'fix'> & { readonly fix?: string }

/** One finding as text, with the command that fixes it in a line of its own. */
export function lineText({ check, state, says, fix }: Line): string {
  const mark = { ok: 'ok     ', note: 'note   ', wrong: 'WRONG  ', skipped: 'skipped' }[state]
  return `${mark} ${check}: ${printable(says)}\n${fix === undefined ? '' : `        fix: ${printable(fix)}\n`}`
}

/** What is wrong first, then what can be mended, then the rest; in each the order of the checks. */
export function inOrder(results: readonly Result[]): readonly Result[] {
  const rank = ({ state, fix }: Result) => {
    if (state === 'wrong') return 0
    if (state === 'note') return fix === undefined ? 2 : 1
    return state === 'ok' ? 3 : 4
  }
  return [...results].sort((a, b) => rank(a) - rank(b))
}

/** `1 wrong, 2 notes, 10 ok, 5 skipped` */
export function countedText(results: readonly Result[]): string {
  const count = (wanted: Result['state']) => results.filter(({ state }) => state === wanted).length
  const notes = count('note')
  return `${count('wrong')} wrong, ${notes} ${notes === 1 ? 'note' : 'notes'}, ${count('ok')} ok, ${count('skipped')} skipped`
}
