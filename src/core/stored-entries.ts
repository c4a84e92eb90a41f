import type { BrokerParts } from './broker-parts.ts'
import { type Credential, type Entry, isCredential, type StoredItem } from './credential.ts'
import { samePlace } from './same.ts'

/** A credential of kind `minted` or `token`, and the name of the store that has it. */
export interface StoredEntry {
  readonly store: string
  readonly item: StoredItem<Credential>
}

/**
 * The credentials of this kind among these entries. An entry has only the place, so they are read from the stores. A store that
 * cannot be read is left out.
 */
export async function storedEntries(
  { stores, asker }: BrokerParts,
  entries: readonly Entry[],
  ofKind: 'minted' | 'token',
): Promise<readonly StoredEntry[]> {
  const wanted = entries.filter(({ kind }) => kind === ofKind)
  if (wanted.length === 0) return []
  const endpoints = wanted.map(({ endpoint }) => endpoint)
  const all: StoredEntry[] = []
  for (const store of stores) {
    const found: readonly StoredItem[] = await store.find(asker, endpoints).catch(() => [])
    const such = found.filter(isCredential).filter(({ kind }) => kind === ofKind)
    const meant = such.filter((item) => wanted.some((entry) => samePlace(entry, item)))
    all.push(...meant.map((item) => ({ store: store.name, item })))
  }
  return all
}
