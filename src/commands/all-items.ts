import { type Credential, isCredential, ourselves, type StoredItem } from '../core/credential.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { byName } from './arguments.ts'

/** All credentials of all stores in use, sorted. An endpoint that cannot be read is left out. */
export async function allItems({ engine, asker }: CliContext): Promise<readonly StoredItem<Credential>[]> {
  const all: StoredItem<Credential>[] = []
  for (const store of await engine.stores()) {
    const entries = (await store.list(asker)).filter(({ owner }) => owner !== ourselves)
    const endpoints = new Map(entries.map(({ endpoint }) => [`${endpoint.form} ${endpoint.key}`, endpoint]))
    for (const endpoint of endpoints.values()) {
      const items: readonly StoredItem[] = await store.find(asker, [endpoint]).catch(() => [])
      all.push(...items.filter(isCredential).filter(({ owner }) => owner !== ourselves))
    }
  }
  return all.sort(byName)
}
