import type { Environment } from '../tool.ts'

/*
 * An npmrc file as npm reads it (https://github.com/npm/ini): `key = value` lines; a line that begins with ; or # is a
 * comment, an unescaped one ends a value; quotes as in JSON; a bare CR ends a line, too; keys behind a `[section]` are
 * not settings. Lines are kept as they are written, so that one can be named or taken out and the rest stays.
 */

export interface Line {
  /** From 1, as an editor shows it. */
  readonly number: number
  readonly text: string
  /** What ended it: LF, CRLF, CR or, at the end of the file, nothing. */
  readonly end: string
  /** Absent for a comment, an empty line, a section's head and what stands in a section. */
  readonly setting?: Setting
  /** What would be a setting if it did not stand in a section, or head one; managers do not agree about those. */
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

/** A comment says nothing to npm. */
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

/** A value that is a list or an object within quotes stays as it is written. */
function asText(written: string): string {
  const value = unquoted(written)
  return typeof value === 'object' ? withoutSingle(written.trim()) : String(value)
}

/** Whatever JSON there is within quotes; npm makes a text of it where it is a key. */
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
  let plain = ''
  for (let at = 0; at < text.length; at++) {
    const [character, next] = [text.charAt(at), text.charAt(at + 1)]
    if (character === ';' || character === '#') break
    const escapes = character === '\\' && next !== '' && '\\;#'.includes(next)
    plain += escapes ? next : character
    if (escapes) at++
  }
  return plain
}

/** A text with its variables replaced as npm does it: an unset one stays as it is written, `${NAME?}` becomes nothing. */
export function expanded(text: string, env: Environment): string {
  return text.replace(
    /(?<!\\)(\\*)\$\{([^${}?]+)(\??)\}/g,
    (written, slashes: string, name: string, optional: string) => {
      if (slashes.length % 2 === 1) return written.slice((slashes.length + 1) / 2)
      return slashes.slice(slashes.length / 2) + (env[name] ?? (optional === '?' ? '' : `\${${name}}`))
    },
  )
}
