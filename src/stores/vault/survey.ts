import type { Found } from '../../core/credential.ts'
import { type Failure, isFailure } from '../../core/failure.ts'
import { parseEntry } from './entry.ts'
import type { RecordName } from './names.ts'
import { filesIn, foldersOf, recordAt } from './tree.ts'
import type { Session } from './vault.ts'

/** A record that cannot be read. */
export interface Unreadable {
  readonly name: RecordName
  readonly failure: Failure
}

/** Everything that can be read, and why the rest cannot. */
export interface Survey {
  readonly items: readonly Found[]
  readonly failures: readonly Failure[]
}

/** Looks at every record. */
export function survey(session: Session): Survey {
  const [items, failures]: [Found[], Failure[]] = [[], []]
  for (const folder of foldersOf(session.tree)) {
    try {
      const { readable, unreadable } = surveyFolder(session, folder)
      items.push(...readable)
      failures.push(...unreadable.map(({ failure }) => failure))
    } catch (error) {
      if (!isFailure(error)) throw error
      failures.push(error)
    }
  }
  return { items, failures }
}

/** Looks at the records of one folder. A folder that is not ours alone is a failure. */
export function surveyFolder(
  { key, tree }: Session,
  folder: string,
): { readonly readable: readonly Found[]; readonly unreadable: readonly Unreadable[] } {
  const [readable, unreadable]: [Found[], Unreadable[]] = [[], []]
  for (const file of filesIn(tree, folder)) {
    const name = { folder, file }
    try {
      const record = recordAt(tree, key, name)
      if (record !== undefined) readable.push(parseEntry(record.text, record.path))
    } catch (error) {
      if (!isFailure(error)) throw error
      unreadable.push({ name, failure: error })
    }
  }
  return { readable, unreadable }
}
