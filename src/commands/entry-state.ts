import type { Entry } from '../core/credential.ts'
import { isNoteKind, ourselves, toolOf } from '../core/credential.ts'
import { type EndedUse, isWithheld } from '../core/ended-uses.ts'
import { sameEndpoint } from '../core/endpoint.ts'
import { type Hint, hint, placeWords } from '../core/hint.ts'
import type { Copy } from '../core/restorable.ts'
import { timeInWords } from '../core/time-words.ts'
import { shownAccount } from './arguments.ts'
import { canList } from './can-list.ts'

/** Which tools may list a credential, which no longer get it, and whether it is the default. */
export interface EntryState {
  readonly isDefault: boolean
  readonly sharedWith: readonly string[]
  readonly ended: readonly EndedUse[]
}

/** What tells the state of each credential. `entries`: all entries, notes included. */
export function entryStates(entries: readonly Entry[], ended: readonly EndedUse[]): (entry: Entry) => EntryState {
  const notesAt = new Map<string, Entry[]>()
  for (const note of entries.filter(({ kind }) => isNoteKind(kind))) {
    const notes = notesAt.get(note.endpoint.key)
    if (notes === undefined) notesAt.set(note.endpoint.key, [note])
    else notes.push(note)
  }
  return (entry) => entryState(entry, notesAt.get(entry.endpoint.key) ?? [], ended)
}

function entryState(entry: Entry, notesThere: readonly Entry[], ended: readonly EndedUse[]): EntryState {
  const notes = notesThere.filter(
    ({ endpoint, account }) => account === entry.account && sameEndpoint(endpoint, entry.endpoint),
  )
  const shares = notes.filter(
    ({ kind, owner }) => kind === 'shared' && owner !== entry.owner && canList(toolOf(owner), entry),
  )
  return {
    isDefault: notes.some(({ kind, owner }) => kind === 'default' && owner === ourselves),
    sharedWith: shares.map(({ owner }) => toolOf(owner)).sort(),
    ended: ended.filter((use) => isWithheld(entry, use)),
  }
}

/** A standing for a person, each fact a text of its own. */
export function entryStateTexts({ isDefault, sharedWith, ended }: EntryState, now: number): readonly string[] {
  const shared = sharedWith.map((tool) => `shared with ${tool}`)
  return [...(isDefault ? ['default'] : []), ...shared, ...shownEnded(ended, now)]
}

/** The tools that no longer get it, with the reason. */
export function shownEnded(ended: readonly EndedUse[], now: number): readonly string[] {
  return ended.map(({ tool, refusedAt }) => `${refusal(refusedAt, now)}${tool} no longer gets it`)
}

/** A standing for JSON. */
export function entryStateData({ isDefault, sharedWith, ended }: EntryState): Record<string, unknown> {
  const uses = ended.map(({ tool, refusedAt }) => ({
    tool,
    ...(refusedAt === undefined ? {} : { refusedAt: iso(refusedAt) }),
  }))
  return { default: isDefault, sharedWith, endedFor: uses }
}

/** Commands that fix a credential that a server refused to a tool. */
export function fixesFor(entry: Entry, ended: readonly EndedUse[]): readonly Hint[] {
  const refused = ended.filter((use) => use.refusedAt !== undefined && isWithheld(entry, use))
  const words = placeWords(entry.endpoint, entry.account)
  const restore = refused.some(({ restorable }) => restorable) ? [hint`credbridge restore ${words}`] : []
  return refused.length === 0 ? [] : [...restore, hint`credbridge set ${words}`]
}

/** Describes a tool's own credential that was removed after a server refused it. */
export function refusedCopy({ erased: { endpoint, account, owner } }: Copy, takenAt: number, now: number): string {
  return `${shownAccount(account)} at ${endpoint.key}, saved by ${owner}: refused by the server ${timeInWords(takenAt, now)}, and removed`
}

function refusal(at: number | undefined, now: number): string {
  return at === undefined ? '' : `refused by the server ${timeInWords(at, now)}; `
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
