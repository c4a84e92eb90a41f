import type { StoredItem } from '../../core/credential.ts'
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

/** All readable items, and the failures of the others. */
export interface Survey {
  readonly items: readonly StoredItem[]
  readonly failures: readonly Failure[]
}

/** Reads every record. */
export function survey(session: Session): Survey {
  const [items, failures]: [StoredItem[], Failure[]] = [[], []]
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

/** Reads the records of one folder. Throws if the folder is not private. */
export function surveyFolder(
  { key, tree }: Session,
  folder: string,
): { readonly readable: readonly StoredItem[]; readonly unreadable: readonly Unreadable[] } {
  const [readable, unreadable]: [StoredItem[], Unreadable[]] = [[], []]
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
