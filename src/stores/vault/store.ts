import { join } from 'node:path'
import type { Asker } from '../../core/asker.ts'
import type { Entry, Item, Place, StoredItem } from '../../core/credential.ts'
import { isFoundFor } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Secret } from '../../core/secret.ts'
import type { SaveCondition, Store, Traits } from '../../core/store.ts'
import type { LockFolder } from '../lock-folder.ts'
import { refusingNames } from '../names.ts'
import type { StoreContext } from '../store-type.ts'
import { parseEntry } from './entry.ts'
import { vaultOptions } from './machine-options.ts'
import { folderName } from './names.ts'
import type { VaultOptions } from './options.ts'
import { askBy } from './passphrase-question.ts'
import type { Survey } from './survey.ts'
import { recordsIn } from './tree.ts'
import { type Session, vaultAt } from './vault.ts'

const traits: Traits = { lasts: 'forever', accounts: 'several', emptySecret: true, extras: true, list: true }

/** The vault of this machine. */
export function vaultHere({ machine, settings }: StoreContext): Store {
  return vaultStore(vaultOptions(settings, machine))
}

/** An encrypted folder, for machines without a keychain. Its format is a promise: docs/vault-format.md. */
export function vaultStore(options: VaultOptions): Store {
  const { ask: _, ...asksNobody } = options
  const vault = vaultAt(asksNobody)
  const { folder, uid, processId } = options
  const locks: LockFolder = { folder: join(folder, 'locks'), userId: uid, processId }

  async function find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly StoredItem[]> {
    const items = await vault.reading((session) => {
      const folders = new Set(endpoints.map((endpoint) => folderName(session.key, endpoint)))
      return [...folders].flatMap((folder) => itemsIn(session, folder))
    }, askBy(asker))
    return (items ?? []).filter((item) => isFoundFor(account, item))
  }

  async function save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean> {
    if (condition !== undefined) return (await placeLock()).saveByFile(locks, store, asker, item, condition)
    await (await import('./writer.ts')).saveInto(vault, optionsFor(asker), item)
    return true
  }

  async function remove(asker: Asker, place: Place, expected?: Secret): Promise<boolean> {
    return (await import('./writer.ts')).removeOutOf(vault, optionsFor(asker), place, expected)
  }

  function optionsFor(asker: Asker): VaultOptions {
    const ask = askBy(asker)
    return ask === undefined ? asksNobody : { ...asksNobody, ask }
  }

  async function surveyed(asker: Asker): Promise<Survey> {
    const { survey } = await import('./survey.ts')
    return (await vault.reading(survey, askBy(asker))) ?? { items: [], failures: [] }
  }

  async function list(asker: Asker): Promise<readonly Entry[]> {
    return (await surveyed(asker)).items.map(({ endpoint, account, owner, kind, savedAt }) => ({
      endpoint,
      account,
      owner,
      kind,
      ...(savedAt === undefined ? {} : { savedAt }),
    }))
  }

  const store: Store = {
    name: 'vault',
    traits,
    find,
    save,
    remove,
    list,
    problems: async (asker) => (await surveyed(asker)).failures,
    removeUnreadable: async (asker, endpoint, only) =>
      (await import('./writer.ts')).removeUnreadable(vault, optionsFor(asker), endpoint, only),
    tidy: async () => (await import('./writer.ts')).tidyAll(asksNobody),
    alone: async (_asker, place, work) => (await placeLock()).aloneByFile(locks, place, work),
  }
  return refusingNames(store)
}

const placeLock = () => import('../place-lock.ts')

function itemsIn({ key, tree }: Session, folder: string): StoredItem[] {
  return recordsIn(tree, key, folder).map(({ text, path }) => parseEntry(text, path))
}
