import type { Item } from '../../core/credential.ts'
import { encodeItem } from '../../core/encode-item.ts'

/** The text of a record, which entry.ts describes. */
export function printEntry(item: Item, savedAt: number): string {
  const { endpoint, account, owner } = item
  return JSON.stringify({
    form: endpoint.form,
    endpoint: endpoint.key,
    account,
    owner,
    savedAt,
    value: encodeItem(item),
  })
}
