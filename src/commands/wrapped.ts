import { commandBegins } from '../core/hint.ts'
import { columnsOf } from '../core/text-width.ts'

/**
 * The lines of a text for a person, broken between words. A word that is wider than the terminal stays whole, so that it
 * can be copied; with `all words` it is broken, too, behind a slash or another mark if it has one there.
 */
export function wrapped(text: string, width: number | undefined, what?: 'all words'): readonly string[] {
  if (width === undefined) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && columnsOf(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(...(what === undefined ? [word] : pieces(word, width)))
  }
  return lines
}

/**
 * A sentence for a person, as lines that each end in a newline. Those that go on with it are indented. A hint stays on one
 * line, and so does a command at its end.
 */
export function sentence(text: string, width: number | undefined, indent = '  '): string {
  if (width === undefined || columnsOf(text) <= width || /^ *(hint|fix): /.test(text)) return `${text}\n`
  const at = commandBegins(text)
  const said = text.slice(0, at).trimEnd()
  const [first = ''] = wrapped(said, width)
  const rest = said.slice(first.length).trimStart()
  const lines = rest === '' ? [] : wrapped(rest, width - indent.length)
  const command = at === undefined ? [] : [text.slice(at)]
  return [first, ...[...lines, ...command].map((line) => indent + line)].map((line) => `${line}\n`).join('')
}

/** As many of the letters, from the first on, as so many columns hold. */
export function startOf(letters: readonly string[], width: number): readonly string[] {
  const taken: string[] = []
  for (const letter of letters) {
    if (columnsOf(taken.join('') + letter) > width) break
    taken.push(letter)
  }
  return taken
}

function pieces(word: string, width: number): readonly string[] {
  if (columnsOf(word) <= width) return [word]
  const most = startOf([...word], width).join('')
  const first = (/^.*[^\\/:][\\/](?![\\/])/.exec(most) ?? /^.*[.:@=_-]/.exec(most))?.[0] ?? most
  return first === '' ? [word] : [first, ...pieces(word.slice(first.length), width)]
}
