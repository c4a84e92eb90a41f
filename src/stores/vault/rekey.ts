import { randomBytes } from 'node:crypto'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { moveFile } from '../../system/disk.ts'
import { namesIn } from '../../system/own-file.ts'
import { changing } from './change-header.ts'
import { parseEntry } from './entry.ts'
import { type Header, isRecordsFolder } from './header.ts'
import { replaceHeader } from './header-file.ts'
import { type VaultKey, vaultKey } from './key.ts'
import { recordName } from './names.ts'
import { openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import { sealRecord } from './record.ts'
import { isKeyFileSlot, nextKeyFile, readKeyFile, replaceKeyFile } from './slots/key-file.ts'
import { type Renewal, renewSlot } from './slots/renew.ts'
import { openSlot, type Slot } from './slots/slot.ts'
import { dropFolder } from './sweep.ts'
import { foldersOf, putRecord, recordsIn, treeOf } from './tree.ts'
import type { Session } from './vault.ts'

export interface Rekeying {
  /** Slots to leave behind, by id: a new key cannot be sealed for what is not at hand. */
  readonly without: readonly string[]
  /** Asks for the passphrase of a slot, which is described. */
  readonly ask: (about: string) => Promise<Secret>
}

/**
 * Gives the vault a new key, and its key file a new secret: who knew the old ones can open copies from before, and
 * nothing that is written from now on. Readers go on, writers wait. If it is interrupted everything can be read as
 * before, and who wants to write is told to rekey again.
 */
export async function rekey(options: VaultOptions, { without, ask }: Rekeying): Promise<void> {
  await changing(options, async (header) => {
    const { key: from } = await openVault(header, options)
    const to = vaultKey(randomBytes(32))
    const fileSecret = randomBytes(32)
    const kept = header.slots.filter(({ id }) => !without.includes(id))
    const renewal = { options, vault: header.id, from: from.bytes, to: to.bytes, fileSecret, ask }
    const next = headerAfter(header, to, await renewed(kept, renewal))
    finishKeyFile(options, header)
    replaceHeader(options, { ...header, rekeying: true })
    try {
      dropAllBut(header.records, options)
      await copy({ key: from, tree: treeOf(options, header) }, { key: to, tree: treeOf(options, next) })
      if (kept.some(isKeyFileSlot)) replaceKeyFile(nextKeyFile(options.keyFile), fileSecret)
    } catch (error) {
      replaceHeader(options, { ...header, rekeying: undefined })
      dropAllBut(header.records, options)
      throw error
    }
    replaceHeader(options, next)
    finishKeyFile(options, next)
    try {
      dropAllBut(next.records, options)
    } catch (error) {
      // It is done all the same: what a writer that was overtaken keeps there is swept up by a later one.
      if (!isFailure(error)) throw error
    }
  })
}

async function renewed(slots: readonly Slot[], renewal: Renewal): Promise<Slot[]> {
  if (slots.length === 0) throw new Failure('refused', 'a vault without any slot could never be opened')
  const fresh: Slot[] = []
  for (const slot of slots) fresh.push(await renewSlot(slot, renewal))
  return fresh
}

function headerAfter({ id }: Header, key: VaultKey, slots: readonly Slot[]): Header {
  return { id, keyId: key.id.toString('hex'), records: `records-${randomBytes(8).toString('hex')}`, slots }
}

/** Copies, and looks again until nothing new has come: who began to write before the vault was closed may end later. */
async function copy(from: Session, to: Session): Promise<void> {
  const copied = new Set<string>()
  for (let before = -1; copied.size > before; ) {
    before = copied.size
    for (const folder of foldersOf(from.tree)) {
      for (const { text, path, salt } of recordsIn(from.tree, from.key, folder)) {
        if (copied.has(salt)) continue
        const name = recordName(to.key, parseEntry(text, path))
        putRecord(to.tree, name, sealRecord(to.key, name, text))
        copied.add(salt)
      }
      // The lock is renewed by a timer.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Once the header asks for the new secret, it takes the old one's place; also after a rekey that was interrupted there. */
function finishKeyFile({ keyFile, uid }: VaultOptions, header: Header): void {
  const secret = readKeyFile(nextKeyFile(keyFile), uid)
  const opens = (slot: Slot) => secret !== undefined && openSlot(header.id, slot, secret) !== undefined
  if (header.slots.filter(isKeyFileSlot).some(opens)) moveFile(nextKeyFile(keyFile), keyFile)
}

/** Removes the folders of other generations. */
function dropAllBut(records: string, { folder }: VaultOptions): void {
  for (const name of namesIn(folder)) {
    if (isRecordsFolder(name) && name !== records) dropFolder(`${folder}/${name}`)
  }
}
