import { type Credential, isKind, type StoredItem } from './credential.ts'

/**
 * How a credential takes part in a lookup: one of kind `minted` as the kind that its command prints, with the kept
 * result as its secret, which may be too old. The caller asks for a good one before it answers (core/broker.ts).
 */
export function asPrinted(item: StoredItem<Credential>): StoredItem<Credential> {
  if (item.kind !== 'minted') return item
  const kind = item.parts?.['kind']?.expose() ?? ''
  return { ...item, kind: isKind(kind) ? kind : 'minted', minted: item }
}
