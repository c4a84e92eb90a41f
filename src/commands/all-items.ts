import { type Credential, isCredential, ourselves, type StoredItem } from '../core/credential.ts'
import { distinctEndpoints, findReadable } from '../core/find-readable.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { byName, sayLine } from './arguments.ts'

/**
 * All credentials of all stores in use, sorted. A store that cannot be read now is a failure. What is damaged is left out,
 * and named.
 */
export async function allItems(
  { engine, terminal, ...context }: CliContext,
  asker = context.asker,
): Promise<readonly StoredItem<Credential>[]> {
  const all: StoredItem<Credential>[] = []
  for (const store of await engine.stores()) {
    const entries = (await store.list(asker)).filter(({ owner }) => owner !== ourselves)
    const endpoints = distinctEndpoints(entries.map(({ endpoint }) => endpoint))
    const { items, unreadable } = await findReadable(store, asker, endpoints)
    for (const { endpoint } of unreadable) {
      sayLine(terminal, `what is kept for ${endpoint.key} in ${store.name} cannot be read: credbridge doctor`)
    }
    all.push(...items.filter(isCredential).filter(({ owner }) => owner !== ourselves))
  }
  return all.sort(byName)
}
