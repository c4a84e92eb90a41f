/*
 * A .yarnrc.yml as far as credentials and plugins need it: block mappings and lists of scalars, each on a line of its
 * own, plain or in quotes. What is written otherwise (`{…}`, `[…]`, `|`, `&`, `*`, `!`) is passed over and stays as it is.
 */

export interface Entry {
  /** The keys that lead to it, from the outside in; a member of a list has its number as the last. */
  readonly path: readonly string[]
  /** Absent where deeper entries follow, or where the value is written in a way that is not read. */
  readonly value?: string
  /** Counted from 0. */
  readonly line: number
  readonly indent: number
}

export function yarnrcEntries(text: string): readonly Entry[] {
  const entries: Entry[] = []
  const open: { indent: number; path: readonly string[]; count: number }[] = [{ indent: -1, path: [], count: 0 }]
  for (const [line, written] of text.split('\n').entries()) {
    const content = written.trim()
    if (content === '' || content.startsWith('#')) continue
    const indent = written.length - written.trimStart().length
    const isMember = content === '-' || content.startsWith('- ')
    const last = () => open.at(-1) ?? { indent: -1, path: [], count: 0 }
    while (open.length > 1 && (last().indent > indent || (last().indent === indent && !isMember))) open.pop()
    const above = last()
    const read = isMember ? { key: String(above.count++), rest: content.slice(1).trim() } : keyIn(content)
    if (read === undefined) continue
    const path = [...above.path, read.key]
    const value = isMember && keyIn(read.rest) !== undefined ? undefined : scalar(read.rest)
    entries.push({ path, line, indent, ...(value === undefined ? {} : { value }) })
    if (!isMember && read.rest === '') open.push({ indent, path, count: 0 })
    if (isMember) entries.push(...memberOf(path, read.rest, line, indent))
  }
  return entries
}

/** `- path: file`, a list's member that is a mapping: its first key stands on the same line. */
function memberOf(path: readonly string[], rest: string, line: number, indent: number): readonly Entry[] {
  const first = keyIn(rest)
  const value = first === undefined ? undefined : scalar(first.rest)
  return first === undefined || value === undefined
    ? []
    : [{ path: [...path, first.key], value, line, indent: indent + 2 }]
}

function keyIn(content: string): { key: string; rest: string } | undefined {
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')\s*:(?=\s|$)/.exec(content)
  if (quoted !== null) {
    const key = quoted[1] === undefined ? quoted[2]?.replaceAll("''", "'") : unescaped(quoted[1])
    return key === undefined ? undefined : { key, rest: withoutComment(content.slice(quoted[0].length)) }
  }
  const colon = content.search(/:(\s|$)/)
  if (colon < 1 || '"\'#{[&*!|>@`'.includes(content.charAt(0))) return undefined
  return { key: content.slice(0, colon).trim(), rest: withoutComment(content.slice(colon + 1)) }
}

function withoutComment(rest: string): string {
  return rest.trim().startsWith('#') ? '' : rest.trim()
}

function scalar(written: string): string | undefined {
  if (written === '' || '{[&*!|>@`'.includes(written.charAt(0))) return undefined
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(written)?.[1]
  if (double !== undefined) return unescaped(double)
  const single = /^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(written)?.[1]
  if (single !== undefined) return single.replaceAll("''", "'")
  return written.startsWith('"') || written.startsWith("'") ? undefined : written.replace(/\s+#.*$/, '')
}

function unescaped(inside: string): string | undefined {
  try {
    return JSON.parse(`"${inside}"`) as string
  } catch {
    return undefined
  }
}
