import type { Item, Place } from '../../core/credential.ts'
import { isCredential } from '../../core/credential.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { changing } from './change-header.ts'
import { parseEntry, printEntry } from './entry.ts'
import { dropOldGenerations, hasOldGenerations } from './generations.ts'
import type { Header } from './header.ts'
import { createVault, readHeader } from './header-file.ts'
import { recordName } from './names.ts'
import type { VaultOptions } from './options.ts'
import { sealRecord } from './record.ts'
import { forKeyFile } from './slots/key-file.ts'
import { sweep } from './sweep.ts'
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
      const reached = await vault.inStep(act, header, true, isOpen, 'writes')
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
    if (!isFailure(error)) throw error
  }
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
