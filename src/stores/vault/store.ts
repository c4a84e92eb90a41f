import type { Entry, Found, Item, Place } from '../../core/credential.ts'
import { isCredential } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Secret } from '../../core/secret.ts'
import type { Store, Traits } from '../../core/store.ts'
import { parseEntry, printEntry } from './entry.ts'
import { folderName, recordName } from './names.ts'
import type { VaultOptions } from './options.ts'
import { sealRecord } from './record.ts'
import { dropRecord, dropWrite, foldersOf, putRecord, recordAt, recordsIn } from './tree.ts'
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
    await vault.keeping(({ key, tree }) => {
      const name = recordName(key, item)
      putRecord(tree, name, sealRecord(key, name, printEntry(item, options.now())))
    })
  }

  async function remove(place: Place, expected?: Secret): Promise<boolean> {
    let removed = false
    await vault.writing((session) => {
      removed = removeFrom(session, place, expected) || removed
    })
    return removed
  }

  async function list(): Promise<readonly Entry[]> {
    const items = await vault.reading(
      (session) => foldersOf(session.tree).flatMap((folder) => itemsIn(session, folder)),
      'never-ask',
    )
    return (items ?? []).map(({ endpoint, account, owner, kind, savedAt }) => ({
      endpoint,
      account,
      owner,
      kind,
      ...(savedAt === undefined ? {} : { savedAt }),
    }))
  }

  return { name: 'vault', traits, find, save, remove, list }
}

function itemsIn({ key, tree }: Session, folder: string): Found[] {
  return recordsIn(tree, key, folder).map(({ text, path }) => parseEntry(text, path))
}

function removeFrom({ key, tree }: Session, place: Place, expected: Secret | undefined): boolean {
  const name = recordName(key, place)
  if (expected === undefined) return dropRecord(tree, name)
  const record = recordAt(tree, key, name)
  if (record === undefined) return false
  const item = parseEntry(record.text, record.path)
  if (isCredential(item) && !item.secret.equals(expected)) return false
  return dropWrite(tree, name, record.salt)
}
