import { randomBytes } from 'node:crypto'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { discard, moveFile } from '../../system/disk.ts'
import type { Interrupted } from '../store-type.ts'
import { changing, type HeaderChange } from './change-header.ts'
import { copyRecords } from './copy-records.ts'
import { dropGeneration, dropOldGenerations, keepFormer } from './generations.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import { type VaultKey, vaultKey } from './key.ts'
import { openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import { isKeyFileSlot, nextKeyFile, readKeyFile, writeKeyFile } from './slots/key-file.ts'
import { type Renewal, renewSlot } from './slots/renew.ts'
import { openSlot, type Slot } from './slots/slot.ts'
import { treeOf } from './tree.ts'

export interface Rekeying {
  /** Slots to leave behind, by id: a new key cannot be sealed for what is not at hand. */
  readonly without: readonly string[]
  /** Asks for the passphrase of a slot, which is described. */
  readonly ask: (about: string) => Promise<Secret>
  /** Called when the vault is about to be closed for writing: from then on a signal is told, and does not end the process. */
  readonly interruption?: () => Interrupted
}

/**
 * Gives the vault a new key, and its key file a new secret: who knew the old ones can open copies from before, and
 * nothing that is written from now on. Readers go on, writers wait. If it is interrupted everything is as before.
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

/** Opens the vault for writing again after a rekey that died. */
export async function endRekeying(options: VaultOptions): Promise<void> {
  await changing(options, (change) => {
    if (change.header.rekeying === true) change.replace(without(change.header))
  })
}

async function renewed(slots: readonly Slot[], renewal: Renewal): Promise<Slot[]> {
  if (slots.length === 0) throw new Failure('refused', 'a vault without any slot could never be opened')
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

/** Whether the new header got its place although something failed after that, or nobody knows. */
function isDone(options: VaultOptions, next: Header): boolean {
  try {
    return readHeader(options)?.records === next.records
  } catch {
    return true
  }
}

/** Nothing of this may hide why the rekey failed: a later writer opens the vault again, and cleans up. */
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

/** Once the header asks for the new secret, it takes the old one's place; also after a rekey that died right there. */
function finishKeyFile({ keyFile, uid }: VaultOptions, header: Header, { check }: HeaderChange): void {
  const path = nextKeyFile(keyFile, header.keyId)
  const secret = readKeyFile(path, uid)
  const opens = (slot: Slot) => secret !== undefined && openSlot(header.id, slot, secret) !== undefined
  if (!header.slots.filter(isKeyFileSlot).some(opens)) return
  check()
  moveFile(path, keyFile)
}
