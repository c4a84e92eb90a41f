import type { Entry, Found, Item, Place } from '../../core/credential.ts'
import { isCredential } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Secret } from '../../core/secret.ts'
import type { Store, Traits } from '../../core/store.ts'
import { parseEntry } from './entry.ts'
import { folderName } from './names.ts'
import type { VaultOptions } from './options.ts'
import type { Survey } from './survey.ts'
import { recordsIn } from './tree.ts'
import { type Session, vaultAt } from './vault.ts'

const traits: Traits = { lasts: 'forever', accounts: 'several', emptySecret: true, extras: true, list: true }

/** An encrypted folder, for machines without a keychain. Its format is a promise: docs/vault-format.md. */
export function vaultStore(options: VaultOptions): Store {
  const vault = vaultAt(options)

  async function find(endpoints: readonly Endpoint[], account?: string): Promise<readonly Found[]> {
    const items = await vault.reading((session) => {
      const folders = new Set(endpoints.map((endpoint) => folderName(session.key, endpoint)))
      return [...folders].flatMap((folder) => itemsIn(session, folder))
    })
    return (items ?? []).filter((item) => account === undefined || !isCredential(item) || item.account === account)
  }

  async function save(item: Item): Promise<void> {
    await (await import('./writer.ts')).saveInto(vault, options, item)
  }

  async function remove(place: Place, expected?: Secret): Promise<boolean> {
    return (await import('./writer.ts')).removeOutOf(vault, options, place, expected)
  }

  async function surveyed(): Promise<Survey> {
    const { survey } = await import('./survey.ts')
    return (await vault.reading(survey, 'never-ask')) ?? { items: [], failures: [] }
  }

  async function list(): Promise<readonly Entry[]> {
    return (await surveyed()).items.map(({ endpoint, account, owner, kind, savedAt }) => ({
      endpoint,
      account,
      owner,
      kind,
      ...(savedAt === undefined ? {} : { savedAt }),
    }))
  }

  return {
    name: 'vault',
    traits,
    find,
    save,
    remove,
    list,
    problems: async () => (await surveyed()).failures,
    removeUnreadable: async (endpoint, only) =>
      (await import('./writer.ts')).removeUnreadable(vault, options, endpoint, only),
    tidy: async () => (await import('./writer.ts')).tidyAll(options),
  }
}

function itemsIn({ key, tree }: Session, folder: string): Found[] {
  return recordsIn(tree, key, folder).map(({ text, path }) => parseEntry(text, path))
}
