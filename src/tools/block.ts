/*
 * Our lines in another program's file. They are between two marks. Lines of the user that contradict them are commented
 * out, and restored when ours are removed.
 */

const begin = '# credbridge: begin'
const end = '# credbridge: end'
const aside = '# before credbridge: '

/** The text with our lines before line `at`. Lines for which `contradicts` returns true are commented out. */
export function withBlock(
  text: string,
  at: number,
  ours: readonly string[],
  contradicts: (line: string, index: number) => boolean,
): string {
  const lines = text.split('\n').map((line, index) => (contradicts(line, index) ? aside + line : line))
  const ending = text.includes('\r\n') ? '\r' : ''
  const block = [begin, ...ours, end].map((line) => line + ending)
  return [...lines.slice(0, at), ...block, ...lines.slice(at)].join('\n')
}

/** The former text without our lines, except for those that are still needed. */
export function withoutBlock(text: string, isNeeded: (line: string) => boolean = () => false): string {
  const kept: string[] = []
  let inside = false
  for (const line of text.split('\n')) {
    if (plain(line) === begin) inside = true
    else if (inside && isNeeded(plain(line))) kept.push(line)
    else if (inside) inside = plain(line) !== end
    else kept.push(line.startsWith(aside) ? line.slice(aside.length) : line)
  }
  return kept.join('\n')
}

/** Our lines, if they are there. */
export function blockIn(text: string): readonly string[] | undefined {
  const lines = text.split('\n').map(plain)
  const [from, to] = [lines.indexOf(begin), lines.indexOf(end)]
  return from < 0 || to < from ? undefined : lines.slice(from + 1, to)
}

/** The line without the first half of a line end of Windows. */
function plain(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
