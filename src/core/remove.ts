import type { Asker } from './asker.ts'
import type { BrokerParts } from './broker-parts.ts'
import { copiesEndpoint } from './copies-endpoint.ts'
import type { Credential, Kind, NoteItem, Owner, StoredItem } from './credential.ts'
import { isNote, noteOwner } from './credential.ts'
import { type Endpoint, sameEndpoint } from './endpoint.ts'
import { readFor } from './find-in-stores.ts'
import { saveNote } from './save-note.ts'
import type { Secret } from './secret.ts'
import { type Lookup, usableAt } from './selection.ts'
import type { Store } from './store.ts'
import { fromLaterVersion } from './unknown-item.ts'

export interface Removal extends Pick<Lookup, 'borrowedKinds' | 'tokenUser' | 'sharedOnly'> {
  readonly tool: Owner
  readonly kinds: readonly Kind[]
  readonly endpoint: Endpoint
  /** Further endpoints that the tool's lookups widen to. Its use of others' items there ends, too. */
  readonly borrowedAt?: readonly Endpoint[]
  /** Only this account; absent: all. */
  readonly account?: string
  /** Only items with this secret. */
  readonly secret?: Secret
  /** A server refused the tool, perhaps by mistake. The removed credential can be restored for a while. */
  readonly recoverable?: boolean
}

/** Rules 4 and 6 of docs/architecture.md: removes the tool's own items, ends its use of others'. False: no change. */
export async function removeFor(parts: BrokerParts, removal: Removal): Promise<boolean> {
  const { stores, asker, withAliases, restorable } = parts
  const { tool, endpoint, account, secret } = removal
  const [first] = stores
  const aliased = withAliases([endpoint]).slice(1)
  const endpoints = [endpoint, ...aliased, ...withAliases(removal.borrowedAt ?? [])]
  const isAtEndpoint = (item: StoredItem) => sameEndpoint(item.endpoint, endpoint)
  const isOwn = (item: StoredItem) => item.owner === tool && !aliased.some((one) => sameEndpoint(one, item.endpoint))
  const recoverable = isRecoverable(removal)
  const readIn = (store: Store, more: readonly Endpoint[] = []) =>
    readFor((at, named) => store.find(asker, at, named), { ...removal, endpoints: [...endpoints, ...more] })
  const inFirst = await readIn(first, [copiesEndpoint])
  if (!recoverable) await restorable.forget({ endpoint, account, owner: tool, secret }, inFirst)

  const notes: StoredItem[] = []
  const borrowed = new Set<string>()
  let unreadable: StoredItem | undefined
  let removed = false
  for (const store of stores) {
    const found = store === first ? inFirst : await readIn(store)
    const usable = usableAt([...notes, ...found], { ...removal, endpoints })
    const named = usable.flatMap((at) => at.usable).filter((item) => secret === undefined || item.secret.equals(secret))
    const matching: StoredItem<Credential>[] = []
    for (const item of named) {
      const isMended = item.stored !== undefined && secret !== undefined && (await mend(store, asker, item.stored))
      if (isMended) removed = true
      else matching.push(item)
    }
    const later = secret === undefined ? usable.flatMap((at) => at.later) : []
    for (const item of matching.filter((one) => one.owner === tool && isAtEndpoint(one))) {
      if (recoverable) await restorable.keep(item)
      await store.remove(asker, item, secret)
      removed = true
    }
    for (const item of [...matching, ...later]) if (!isOwn(item)) borrowed.add(item.account)
    unreadable ??= later.find((item) => item.owner === tool && isAtEndpoint(item))
    notes.push(...found.filter(isNote))
  }

  const shared = notes.filter((note) => note.kind === 'shared' && note.owner === noteOwner(tool) && isAtEndpoint(note))
  for (const note of shared) if ((account ?? note.account) === note.account) await first.remove(asker, note)
  const until = recoverable ? restorable.until() : undefined
  for (const note of endedNotes(removal, borrowed, until)) await saveNote(first, asker, note, inFirst)
  const changed = removed || borrowed.size > 0
  if (!changed && unreadable !== undefined) throw fromLaterVersion(unreadable)
  if (changed) await restorable.sweep(inFirst)
  return changed
}

/**
 * A server refused what a command printed, or an access token: the next lookup gets another one. False if no other can be
 * had, so that the tool must not be answered with this credential again.
 */
async function mend(store: Store, asker: Asker, stored: Credential): Promise<boolean> {
  const { withoutRefused } = await import('./refused-secret.ts')
  const changed = withoutRefused(stored)
  if (changed !== undefined) await store.save(asker, changed, { replaces: stored })
  return changed !== undefined
}

function isRecoverable({ recoverable, secret }: Removal): boolean {
  return recoverable === true && secret !== undefined
}

/** The notes that end the tool's use of others' items until its next save. With `until`, `restore` can lift them. */
function endedNotes(
  { tool, endpoint, account }: Removal,
  borrowed: ReadonlySet<string>,
  until: number | undefined,
): readonly NoteItem[] {
  const note = { endpoint, owner: noteOwner(tool), kind: 'ended', ...(until === undefined ? {} : { until }) } as const
  if (borrowed.size === 0) return []
  if (account === undefined) return [{ ...note, account: '', everyAccount: true }]
  return [...borrowed].map((one) => ({ ...note, account: one }))
}
