import type { Asker } from './asker.ts'
import { type Item, isNote, isUnknown, type NoteItem } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { samePlace } from './same.ts'
import type { Store } from './store.ts'

/**
 * Saves a note. `items` are the items at its endpoint. Unknown members of a replaced note of the same kind are kept.
 * `unsupported` if the place holds an item that this version does not know.
 */
export async function saveNote(store: Store, asker: Asker, note: NoteItem, items: readonly Item[]): Promise<void> {
  const before = items.find((item) => samePlace(item, note))
  if (before !== undefined && isUnknown(before)) throw isTaken(note)
  const more = before !== undefined && isNote(before) && before.kind === note.kind ? before.more : undefined
  await store.save(asker, more === undefined ? note : { ...note, more })
}

function isTaken({ endpoint, owner }: NoteItem): Failure {
  return new Failure(
    'unsupported',
    `the item of ${owner} for ${endpoint.key} was written by a later version of credbridge`,
    {
      hints: [
        hint`update credbridge`,
        hint`to remove it: credbridge remove --owner ${owner} ${endpointWords(endpoint)}`,
      ],
    },
  )
}
