import type { Item, Place } from '../../core/credential.ts'
import { secretOf } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { changing } from './change-header.ts'
import { createVault } from './create.ts'
import { parseEntry } from './entry.ts'
import { dropOldGenerations, hasOldGenerations } from './generations.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import { folderName, recordName } from './names.ts'
import type { VaultOptions } from './options.ts'
import { printEntry } from './print-entry.ts'
import { sealRecord } from './record.ts'
import { forKeyFile } from './slots/key-file-writing.ts'
import { surveyFolder } from './survey.ts'
import { sweep, sweepAll } from './sweep.ts'
import { recordAt, treeOf } from './tree.ts'
import { dropRecord, dropWrite, putRecord } from './tree-writing.ts'
import { attempts, busy, type Session, type Vault } from './vault.ts'

/*
 * The code for writes, in a separate file so that reads, which clients wait for, do not load it.
 */

/** Saves the item. If there is no vault, makes one with a key file as its only slot. */
export async function saveInto(vault: Vault, options: VaultOptions, item: Item): Promise<void> {
  await inVault(vault, options, ({ key, tree }) => {
    const name = recordName(key, item)
    putRecord(tree, name, sealRecord(key, name, printEntry(item, options.now())))
  })
}

/** Implements `Store.remove` of core/store.ts. */
export async function removeOutOf(
  vault: Vault,
  options: VaultOptions,
  place: Place,
  expected: Secret | undefined,
): Promise<boolean> {
  let removed = false
  await writing(vault, options, (session) => {
    removed = removeFrom(session, place, expected) || removed
  })
  return removed
}

/** Removes or only counts the endpoint's records that are damaged or of a later version. Returns their number. */
export async function removeUnreadable(
  vault: Vault,
  options: VaultOptions,
  endpoint: Endpoint,
  only?: 'count',
): Promise<number> {
  const outcome = await writing(vault, options, (session) => {
    const { unreadable } = surveyFolder(session, folderName(session.key, endpoint))
    // A record with only a wrong owner or mode may be intact.
    const broken = unreadable.filter(({ failure }) => ['malformed', 'unsupported'].includes(failure.code))
    return broken.filter(({ name }) => only === 'count' || dropRecord(session.tree, name)).length
  })
  return outcome?.result ?? 0
}

/** Removes everything that killed processes left behind, and ends a killed rekey. */
export async function tidyAll(options: VaultOptions): Promise<void> {
  const header = readHeader(options)
  if (header === undefined) return
  sweepAll(treeOf(options, header), options)
  await tidy(options, header)
  if (header.rekeying !== true) return
  const { endRekeying } = await import('./rekey.ts')
  await endRekeying({ ...options, patience: 0 }).catch(unlessFailure)
}

/** Runs `act`, which writes; `undefined` if there is no vault. Runs it again if a rekey has begun meanwhile. */
async function writing<T>(
  vault: Vault,
  options: VaultOptions,
  act: (session: Session) => T,
): Promise<{ readonly result: T } | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const header = readHeader(options)
    if (header === undefined) return undefined
    if (header.rekeying !== true) {
      const isOpen = (now: Header | undefined) => now?.records === header.records && now.rekeying !== true
      const reached = await vault.inStep(act, header, options.ask, isOpen, 'writes')
      if (reached !== undefined) {
        await tidy(options, header)
        return reached
      }
    } else {
      await (await import('./rekey.ts')).endRekeying(options)
    }
  }
  throw busy()
}

/** Runs `act`, which writes. If there is no vault, makes one with a key file as its only slot. */
async function inVault<T>(vault: Vault, options: VaultOptions, act: (session: Session) => T): Promise<void> {
  if ((await writing(vault, options, act)) !== undefined) return
  await createVault(options, forKeyFile(options))
  if ((await writing(vault, options, act)) !== undefined) return
  throw new Failure('unavailable', `the vault in ${options.folder} was removed meanwhile`)
}

async function tidy(options: VaultOptions, header: Header): Promise<void> {
  try {
    sweep(treeOf(options, header), options.now())
    if (!hasOldGenerations(options, header)) return
    await changing({ ...options, patience: 0 }, (change) => dropOldGenerations(options, change))
  } catch (error) {
    // The write itself succeeded. A later save or doctor cleans up.
    unlessFailure(error)
  }
}

function unlessFailure(error: unknown): void {
  if (!isFailure(error)) throw error
}

function removeFrom({ key, tree }: Session, place: Place, expected: Secret | undefined): boolean {
  const name = recordName(key, place)
  if (expected === undefined) return dropRecord(tree, name)
  const record = recordAt(tree, key, name)
  if (record === undefined) return false
  const item = parseEntry(record.text, record.path)
  if (secretOf(item)?.equals(expected) === false) return false
  return dropWrite(tree, name, record.salt)
}
