/** A setting in a file of a project's: what a stranger may have written. */
export interface ProjectSetting {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Its name, with quotes and escapes undone and variables as they are written. */
  readonly key: string
  /** What the manager calls it, where that is not all of the key. */
  readonly name?: string
  /** A scalar, a list or an object, as the file's form has it. */
  readonly value: unknown
  /** The whole line as it is written, where a line is all of it. */
  readonly text?: string
  /** It stands where some programs see a setting and others do not. */
  readonly uncertain?: true
  /** `host[:port]` of the registry that it is about; empty for the default one, which the project does not name. */
  readonly about?: string
}

/** All the texts in a value, the names in objects, too. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => [name, ...textsIn(one)])
}
