import { changedAt, type Path, parsed, textThatSays, valueAt } from './toml.ts'

/*
 * Taking a token out of cargo's credentials.toml and putting it back. The line that has it goes as a whole, with its
 * comment; all other bytes stay.
 */

/** A token in the file. */
export interface TokenLine {
  /** The line with a NUL wherever it spells the token. */
  readonly line: string
  /** The number of the line, counted from 0. */
  readonly at: number
  /** How the line spells the token: as a basic string of TOML, or as it is. */
  readonly spelling: 'quoted' | 'plain'
}

/** The line that has the token at this path; `undefined` if no line has it alone. */
export function tokenLine(text: string, path: Path): TokenLine | undefined {
  const token = valueAt(parsed(text), path)
  const without = withoutToken(text, path)
  if (typeof token !== 'string' || token === '' || without === undefined) return undefined
  const line = text.split('\n')[without.at] ?? ''
  const spelling = line.includes(spelled(token, 'quoted')) ? 'quoted' : 'plain'
  const hidden = line.replaceAll(spelled(token, spelling), '\0')
  return line.includes('\0') || !hidden.includes('\0') ? undefined : { line: hidden, at: without.at, spelling }
}

/** The text without the token at this path, and the number of the line that is gone. */
export function withoutToken(text: string, path: Path): { readonly text: string; readonly at: number } | undefined {
  const content = parsed(text)
  if (content === undefined || valueAt(content, path) === undefined) return undefined
  const lines = text.split('\n')
  const wanted = changedAt(content, path, undefined)
  for (const at of lines.keys()) {
    const rest = textThatSays(wanted, [lines.toSpliced(at, 1).join('\n')])
    if (rest !== undefined) return { text: rest, at }
  }
  return undefined
}

/** The text with the token at this path again, as near to its former line as it still means the same. */
export function withToken(
  text: string,
  path: Path,
  token: string,
  { line, at, spelling }: TokenLine,
): string | undefined {
  const content = parsed(text)
  if (content === undefined) return undefined
  const written = line.replaceAll('\0', () => spelled(token, spelling))
  const lines = text.split('\n')
  const places = [...lines.keys()].sort((a, b) => Math.abs(a - at) - Math.abs(b - at))
  const texts = places.map((place) => lines.toSpliced(place, 0, written).join('\n'))
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  const table = `${text}${end}[${path.slice(0, -1).map(keyOf).join('.')}]\n${written}\n`
  return textThatSays(changedAt(content, path, token), [...texts, table])
}

function keyOf(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name)
}

function spelled(token: string, spelling: TokenLine['spelling']): string {
  return spelling === 'plain' ? token : JSON.stringify(token).slice(1, -1)
}
