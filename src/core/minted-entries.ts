import type { BrokerParts } from './broker-parts.ts'
import { type Credential, type Entry, isCredential, type StoredItem, samePlace } from './credential.ts'

/** A minted credential, and the name of the store that has it. */
export interface MintedEntry {
  readonly store: string
  readonly item: StoredItem<Credential>
}

/**
 * The minted credentials among these entries. An entry has only the place, so they are read from the stores. A store that
 * cannot be read is left out.
 */
export async function mintedEntries(
  { stores, asker }: BrokerParts,
  entries: readonly Entry[],
): Promise<readonly MintedEntry[]> {
  const wanted = entries.filter(({ kind }) => kind === 'minted')
  if (wanted.length === 0) return []
  const endpoints = wanted.map(({ endpoint }) => endpoint)
  const all: MintedEntry[] = []
  for (const store of stores) {
    const found: readonly StoredItem[] = await store.find(asker, endpoints).catch(() => [])
    const minted = found.filter(isCredential).filter(({ kind }) => kind === 'minted')
    const meant = minted.filter((item) => wanted.some((entry) => samePlace(entry, item)))
    all.push(...meant.map((item) => ({ store: store.name, item })))
  }
  return all
}
