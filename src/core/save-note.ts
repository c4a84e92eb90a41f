import type { Asker } from './asker.ts'
import { type Item, isNote, isUnknown, type NoteItem, samePlace } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords } from './hint.ts'
import type { Store } from './store.ts'

/**
 * Keeps a note at its place; `items` is what is at its endpoint. A note of the same kind hands on the members that this
 * version does not know. An item that this version does not know is not replaced: `unsupported`.
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
    `what ${owner} keeps for ${endpoint.key} was written by a later version of credbridge`,
    {
      hints: ['update credbridge', `to forget it: credbridge remove ${endpointWords(endpoint)} --owner ${owner}`],
    },
  )
}
