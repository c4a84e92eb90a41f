import { randomBytes } from 'node:crypto'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { discard } from '../../system/discard.ts'
import { moveFile } from '../../system/disk.ts'
import type { Interrupted } from '../store-type.ts'
import { changing, type HeaderChange } from './change-header.ts'
import { copyRecords } from './copy-records.ts'
import { dropGeneration, dropOldGenerations, keepFormer } from './generations.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import { type VaultKey, vaultKey } from './key.ts'
import { openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import { isKeyFileSlot, nextKeyFile, readKeyFile } from './slots/key-file.ts'
import { writeKeyFile } from './slots/key-file-writing.ts'
import { type Renewal, renewSlot } from './slots/renew.ts'
import { openSlot, type Slot } from './slots/slot.ts'
import { treeOf } from './tree.ts'

export interface Rekeying {
  /** Ids of slots to drop, because their secret is not available to encrypt the new key. */
  readonly without: readonly string[]
  /** Asks for the passphrase of a slot, as `Ask` of options.ts; `about` describes the slot. */
  readonly ask: (about: string, wrong: number) => Promise<Secret | undefined>
  /**
   * Called before the vault is closed for writing. From then on a signal sets `aborted` instead of
   * ending the process.
   */
  readonly interruption?: () => Interrupted
}

/**
 * Replaces the vault's key and the secret in its key file. The old ones then open older copies only. Reads continue
 * meanwhile, writes wait. If the rekey is interrupted, nothing is changed.
 */
export async function rekey(options: VaultOptions, rekeying: Rekeying): Promise<void> {
  await changing(options, async (change) => {
    const { header } = change
    const { key: from } = await openVault(header, options)
    const to = vaultKey(randomBytes(32))
    const fileSecret = randomBytes(32)
    const kept = header.slots.filter(({ id }) => !rekeying.without.includes(id))
    const renewal = { options, vault: header.id, from: from.bytes, to: to.bytes, fileSecret, ask: rekeying.ask }
    const next = headerAfter(header, to, await renewed(kept, renewal))
    finishKeyFile(options, header, change)
    dropOldGenerations(options, change)
    const signal = rekeying.interruption?.()
    const open = without(header)
    change.replace({ ...open, rekeying: true })
    try {
      await copyRecords({ key: from, tree: treeOf(options, header) }, { key: to, tree: treeOf(options, next) }, signal)
      keepFormer(options, open)
      if (kept.some(isKeyFileSlot)) writeKeyFile(nextKeyFile(options.keyFile, next.keyId), fileSecret)
      change.replace(next)
    } catch (error) {
      if (!isDone(options, next)) takeBack(options, change, open, next)
      throw error
    }
    finishKeyFile(options, next, change)
  })
}

/** Opens the vault for writing again after a rekey was killed. */
export async function endRekeying(options: VaultOptions): Promise<void> {
  await changing(options, (change) => {
    if (change.header.rekeying === true) change.replace(without(change.header))
  })
}

async function renewed(slots: readonly Slot[], renewal: Renewal): Promise<Slot[]> {
  if (slots.length === 0) throw new Failure('refused', 'a vault needs at least one slot')
  const fresh: Slot[] = []
  for (const slot of slots) fresh.push(await renewSlot(slot, renewal))
  return fresh
}

function headerAfter(header: Header, key: VaultKey, slots: readonly Slot[]): Header {
  const records = `records-${randomBytes(8).toString('hex')}`
  return { ...without(header), keyId: key.id.toString('hex'), records, slots }
}

function without({ rekeying: _, ...header }: Header): Header {
  return header
}

/** Whether the new header was written although a later step failed. True if unknown. */
function isDone(options: VaultOptions, next: Header): boolean {
  try {
    return readHeader(options)?.records === next.records
  } catch {
    return true
  }
}

/** Undoes a failed rekey. Ignores failures, to keep the original one: a later writer cleans up. */
function takeBack(options: VaultOptions, change: HeaderChange, open: Header, next: Header): void {
  for (const step of [
    () => change.replace(open),
    () => dropGeneration(`${options.folder}/${next.records}`),
    () => discard(nextKeyFile(options.keyFile, next.keyId)),
  ]) {
    try {
      step()
    } catch (error) {
      if (!isFailure(error)) throw error
    }
  }
}

/** Renames the new key file into place if the header needs it; also after a rekey that was killed before this step. */
function finishKeyFile({ keyFile, uid }: VaultOptions, header: Header, { check }: HeaderChange): void {
  const path = nextKeyFile(keyFile, header.keyId)
  const secret = readKeyFile(path, uid)
  const opens = (slot: Slot) => secret !== undefined && openSlot(header.id, slot, secret) !== undefined
  if (!header.slots.filter(isKeyFileSlot).some(opens)) return
  check()
  moveFile(path, keyFile)
}
