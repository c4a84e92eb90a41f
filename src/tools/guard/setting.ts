/** A setting in a project's file, which a stranger may have written. */
export interface ProjectSetting {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Its name, without quotes and escapes, with variables verbatim. */
  readonly key: string
  /** The manager's name for it, if that is only a part of the key. */
  readonly name?: string
  /** A scalar, a list or an object, depending on the file's format. */
  readonly value: unknown
  /** The whole line verbatim, if the setting is one line. */
  readonly text?: string
  /** Some programs read it as a setting and others do not. */
  readonly uncertain?: true
  /** `host[:port]` of its registry; empty for the default one, which the project does not name. */
  readonly about?: string
}

/** All texts in a value, including the names of members. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => [name, ...textsIn(one)])
}
