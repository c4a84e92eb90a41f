import type { Item, Place } from '../../core/credential.ts'
import { secretOf } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { changing } from './change-header.ts'
import { parseEntry, printEntry } from './entry.ts'
import { dropOldGenerations, hasOldGenerations } from './generations.ts'
import type { Header } from './header.ts'
import { createVault, readHeader } from './header-file.ts'
import { folderName, recordName } from './names.ts'
import type { VaultOptions } from './options.ts'
import { sealRecord } from './record.ts'
import { forKeyFile } from './slots/key-file.ts'
import { surveyFolder } from './survey.ts'
import { sweep, sweepAll } from './sweep.ts'
import { dropRecord, dropWrite, putRecord, recordAt, treeOf } from './tree.ts'
import { attempts, busy, type Session, type Vault } from './vault.ts'

/*
 * What a reader never needs, in a file of its own: reading is what clients wait for.
 */

/** Keeps the item; where there is no vault, one is made with a key file as its only slot. */
export async function saveInto(vault: Vault, options: VaultOptions, item: Item): Promise<void> {
  await keeping(vault, options, ({ key, tree }) => {
    const name = recordName(key, item)
    putRecord(tree, name, sealRecord(key, name, printEntry(item, options.now())))
  })
}

/** Removes what is at this place, as core/store.ts says. */
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

/** Removes the records of this endpoint that are damaged or of a later version, or only counts them; how many there were. */
export async function removeUnreadable(
  vault: Vault,
  options: VaultOptions,
  endpoint: Endpoint,
  only?: 'count',
): Promise<number> {
  const outcome = await writing(vault, options, (session) => {
    const { unreadable } = surveyFolder(session, folderName(session.key, endpoint))
    // What only has the wrong owner or mode may be a good one.
    const broken = unreadable.filter(({ failure }) => ['malformed', 'unsupported'].includes(failure.code))
    return broken.filter(({ name }) => only === 'count' || dropRecord(session.tree, name)).length
  })
  return outcome?.result ?? 0
}

/** Cleans up everything that processes that died have left, and ends a rekey that did. */
export async function tidyAll(options: VaultOptions): Promise<void> {
  const header = readHeader(options)
  if (header === undefined) return
  sweepAll(treeOf(options, header), options)
  await tidy(options, header)
  if (header.rekeying !== true) return
  const { endRekeying } = await import('./rekey.ts')
  await endRekeying({ ...options, patience: 0 }).catch(unlessFailure)
}

/** Writes, in the vault or, where there is none, nowhere: `undefined`. What a rekey overtook is done again. */
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

/** Writes, and makes the vault with a key file as its only slot where there is none. */
async function keeping<T>(vault: Vault, options: VaultOptions, act: (session: Session) => T): Promise<void> {
  if ((await writing(vault, options, act)) !== undefined) return
  await createVault(options, forKeyFile(options))
  if ((await writing(vault, options, act)) !== undefined) return
  throw new Failure('unavailable', `the vault in ${options.folder} has vanished`)
}

async function tidy(options: VaultOptions, header: Header): Promise<void> {
  try {
    sweep(treeOf(options, header), options.now())
    if (!hasOldGenerations(options, header)) return
    await changing({ ...options, patience: 0 }, (change) => dropOldGenerations(options, change))
  } catch (error) {
    // What was to be written is written; what lies about is another save's concern, or doctor's.
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
