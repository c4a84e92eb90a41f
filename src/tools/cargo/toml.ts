import { parse } from 'smol-toml'
import { isObject, type Members } from '../../core/record.ts'

/*
 * Edits of TOML line by line, so that all other bytes stay. The meaning of a line depends on the lines before it. So an
 * edit counts only if the whole text, parsed again, has the intended content and no other change.
 */

export type Path = readonly string[]

/** The content of a TOML text; `undefined` if it is not TOML. */
export function parsed(text: string): Members | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

export function valueAt(content: unknown, [name, ...more]: Path): unknown {
  if (name === undefined) return content
  return isObject(content) && Object.hasOwn(content, name) ? valueAt(content[name], more) : undefined
}

/** The content with this value at the path. `undefined` removes the value, and tables that become empty. */
export function changedAt(content: Members, [name = '', ...more]: Path, value: unknown): Members {
  const others = Object.entries(content).filter(([one]) => one !== name)
  const before = Object.hasOwn(content, name) ? content[name] : undefined
  const inside = more.length === 0 ? value : changedAt(isObject(before) ? before : {}, more, value)
  const isGone = value === undefined && (more.length === 0 || Object.keys(inside as Members).length === 0)
  return Object.fromEntries(isGone ? others : [...others, [name, inside]])
}

/** The first of these texts that says exactly this. */
export function textThatSays(content: Members, texts: Iterable<string>): string | undefined {
  for (const text of texts) {
    const says = parsed(text)
    if (says !== undefined && isSame(says, content)) return text
  }
  return undefined
}

/** Whether both have the same keys and values, in any order. Empty tables do not count. */
export function isSame(one: Members, other: Members): boolean {
  return canonical(one) === canonical(other)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isObject(value) || value instanceof Date)
    return typeof value === 'number' ? String(value) : JSON.stringify(value)
  const members = Object.entries(value).map(([name, one]) => [name, canonical(one)] as const)
  const kept = members.filter(([, text]) => text !== '{}').sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${kept.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`
}
