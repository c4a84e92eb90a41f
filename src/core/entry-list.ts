import { Failure } from './failure.ts'
import { hint } from './hint.ts'

/**
 * The entries of a file of ours: a JSON array of objects that have these fields as texts. No file: no entries.
 * `malformed`, with the command that removes it, if it is anything else.
 */
export function entriesOf<Field extends string>(
  file: string,
  text: string | undefined,
  fields: readonly Field[],
): readonly Readonly<Record<Field, string>>[] {
  if (text === undefined) return []
  const isEntry = (value: unknown): value is Readonly<Record<Field, string>> => {
    const entry = value as Readonly<Record<string, unknown>> | null
    return typeof entry === 'object' && entry !== null && fields.every((name) => typeof entry[name] === 'string')
  }
  try {
    const all: unknown = JSON.parse(text)
    if (Array.isArray(all) && all.every(isEntry)) return all
  } catch {}
  throw new Failure('malformed', `${file} was not written by credbridge`, { hints: [hint`rm ${file}`] })
}
