import { type Entry, entriesIn, printWord } from './syntax.ts'

/*
 * Taking an entry out of a .netrc and putting it back. Comments inside of an entry stay in the file. So an entry is a
 * list of pieces, each with the blanks and line ends that go with it.
 */

/** A part of the text, from `start` up to `end`. */
interface Range {
  readonly start: number
  readonly end: number
}

/** Where an entry was. Contains no secret: a NUL stands for the password. */
export interface Layout {
  /** The length of the whole text that `at` refers to. */
  readonly size: number
  readonly isQuoted: boolean
  readonly pieces: readonly { readonly at: number; readonly text: string }[]
}

/** The entry's layout; `undefined` if its password is spelled in a way that could not be written again. */
export function layoutOf(text: string, entry: Entry): Layout | undefined {
  const { password } = entry
  if (password === undefined) return undefined
  const { start, end, isQuoted } = password
  if (printWord(password.text, isQuoted) !== text.slice(start, end)) return undefined
  const hide = (range: Range) =>
    start < range.start || end > range.end
      ? text.slice(range.start, range.end)
      : `${text.slice(range.start, start)}\0${text.slice(end, range.end)}`
  const pieces = rangesOf(text, entry).map((range) => ({ at: range.start, text: hide(range) }))
  return { size: text.length, isQuoted, pieces }
}

/** The text without the entry. */
export function withoutEntry(text: string, entry: Entry): string {
  let after = text
  for (const { start, end } of rangesOf(text, entry).toReversed()) after = after.slice(0, start) + after.slice(end)
  return after
}

/** The text with the entry at its former place, else before the default entry or at the end. `undefined`: it does not fit. */
export function withEntry(text: string, layout: Layout, password: string): string | undefined {
  const printed = printWord(password, layout.isQuoted)
  if (printed === undefined) return undefined
  const pieces = layout.pieces.map((piece) => ({ ...piece, text: piece.text.replace('\0', () => printed) }))
  const whole = pieces.map((piece) => piece.text).join('')
  const lone = whole.endsWith('\n') ? whole : `${whole}\n`
  const before = entriesIn(text)
  const end = text === '' || text.endsWith('\n') ? text : `${text}\n`
  const fallback = before.find(({ machine }) => machine === undefined)?.words[0]?.start
  const candidates = [
    pieces.reduce((now, { at, text: piece }) => now.slice(0, at) + piece + now.slice(at), text),
    fallback === undefined ? end + lone : text.slice(0, fallback) + lone + text.slice(fallback),
  ]
  const [own] = entriesIn(whole)
  return candidates.find((after) => {
    const entries = entriesIn(after)
    const at = entries.findIndex((one, index) => !isSame([one], before.slice(index, index + 1)))
    return own !== undefined && at >= 0 && isSame([own], [entries[at]]) && isSame(before, entries.toSpliced(at, 1))
  })
}

/** Whether the entries say the same, wherever they stand. */
function isSame(some: readonly (Entry | undefined)[], others: readonly (Entry | undefined)[]): boolean {
  const said = (all: typeof some) => JSON.stringify(all.map((one) => [one?.fault, one?.words.map(({ text }) => text)]))
  return said(some) === said(others)
}

/** The pieces of the entry between comments. A line on which nothing else stands goes as a whole. */
function rangesOf(text: string, { words }: Entry): readonly Range[] {
  const ranges: Range[] = []
  for (const { start, end, isAfterComment } of words) {
    const last = ranges.at(-1)
    if (last === undefined || isAfterComment) ranges.push({ start, end })
    else ranges[ranges.length - 1] = { start: last.start, end }
  }
  return ranges.map((range) => withBlanks(text, range))
}

function withBlanks(text: string, { start, end }: Range): Range {
  let [from, to] = [start, end]
  while (isBlank(text[from - 1])) from--
  while (isBlank(text[to])) to++
  const isLineStart = from === 0 || text[from - 1] === '\n'
  const lineEnd = text.startsWith('\r\n', to) ? to + 2 : text[to] === '\n' ? to + 1 : to
  if (to < text.length && lineEnd === to) return { start, end: to }
  return isLineStart ? { start: from, end: lineEnd } : { start, end }
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
