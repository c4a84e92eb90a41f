import type { Environment } from '../tool.ts'

/*
 * An npmrc file as npm reads it (https://github.com/npm/ini): `key = value` lines. A line that begins with ; or # is a
 * comment, and an unescaped one ends a value. Quotes are as in JSON. A bare CR also ends a line. Keys behind a
 * `[section]` are not settings. Lines are kept verbatim, so that one can be named or removed without changing the
 * others.
 */

export interface Line {
  /** From 1, as editors count. */
  readonly number: number
  readonly text: string
  /** Its line end: LF, CRLF, CR or, at the end of the file, nothing. */
  readonly end: string
  /** Absent for a comment, an empty line, a section's header, and lines in a section. */
  readonly setting?: Setting
  /**
   * The setting that the line would be outside a section, or that its section's header would be. Managers differ about
   * these.
   */
  readonly inSection?: Setting
}

export interface Setting {
  readonly key: string
  readonly value: string
}

export function npmrcLines(text: string): readonly Line[] {
  const lines: Line[] = []
  let [inSection, number] = [false, 1]
  for (const [, content = '', end = ''] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (content === '' && end === '') continue
    const [, head] = /^\[([^\]]*)\]\s*$/.exec(content) ?? []
    inSection ||= head !== undefined
    const read = head === undefined ? settingIn(content) : { key: String(unquoted(head)), value: '' }
    const setting = read === undefined ? {} : inSection ? { inSection: read } : { setting: read }
    lines.push({ number, text: content, end, ...setting })
    if (end !== '\r') number++
  }
  return lines
}

/** The text of some lines. */
export function npmrcText(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join('')
}

/** npm ignores comments. */
export function isComment(text: string): boolean {
  return /^\s*([;#]|$)/.test(text)
}

function settingIn(text: string): Setting | undefined {
  if (isComment(text) || text.startsWith('=')) return undefined
  const at = text.indexOf('=')
  const key = String(unquoted(at < 0 ? text : text.slice(0, at)))
  return {
    key: key.endsWith('[]') && key.length > 2 ? key.slice(0, -2) : key,
    value: at < 0 ? 'true' : asText(text.slice(at + 1)),
  }
}

/** A value that is a list or an object within quotes stays verbatim. */
function asText(written: string): string {
  const value = unquoted(written)
  return typeof value === 'object' ? withoutSingle(written.trim()) : String(value)
}

/** Any JSON value within quotes. npm converts a key to a string. */
function unquoted(written: string): unknown {
  const text = written.trim()
  const quoted = [`"`, `'`].some((quote) => text.startsWith(quote) && text.endsWith(quote))
  if (!quoted) return untilComment(text).trim()
  const inside = withoutSingle(text)
  try {
    return JSON.parse(inside)
  } catch {
    return inside
  }
}

function withoutSingle(text: string): string {
  return text.startsWith(`'`) ? text.slice(1, -1) : text
}

function untilComment(text: string): string {
  const [plain = ''] = /^(?:\\[\\;#]|[^;#])*/.exec(text) ?? []
  return plain.replace(/\\([\\;#])/g, '$1')
}

/** Replaces variables as npm does: an unset one stays verbatim, an unset `${NAME?}` becomes empty. */
export function expanded(text: string, env: Environment): string {
  return text.replace(
    /(?<!\\)(\\*)\$\{([^${}?]+)(\??)\}/g,
    (written, slashes: string, name: string, optional: string) => {
      if (slashes.length % 2 === 1) return written.slice((slashes.length + 1) / 2)
      return slashes.slice(slashes.length / 2) + (env[name] ?? (optional === '?' ? '' : `\${${name}}`))
    },
  )
}
