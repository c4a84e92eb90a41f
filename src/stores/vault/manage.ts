import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import { changing } from './change-header.ts'
import type { Header } from './header.ts'
import { createVault, readHeader } from './header-file.ts'
import { type Opener, openVault, withoutUnlocked } from './open.ts'
import type { VaultOptions } from './options.ts'
import { describeSlot } from './slots/describe.ts'
import { isKeyFileSlot, readKeyFile } from './slots/key-file.ts'
import { forPassphrase } from './slots/make.ts'
import { isPassphraseSlot } from './slots/passphrase.ts'
import { openSlot, type Slot, type SlotMaker } from './slots/slot.ts'
import { foldersOf, treeOf } from './tree.ts'

/** What a person is told about a vault. Nothing is asked and nothing is opened for it but what opens by itself. */
export interface Status {
  readonly id: string
  readonly folder: string
  /** How many endpoints it has records for. */
  readonly endpoints: number
  readonly slots: readonly { readonly id: string; readonly type: string; readonly about: string }[]
  /** What opens it here and now, or why nothing does. */
  readonly opens: Opener | Failure
  readonly rekeying: boolean
}

/** The vault as it is; `undefined` where there is none. */
export async function vaultStatus(options: VaultOptions): Promise<Status | undefined> {
  const header = readHeader(options)
  if (header === undefined) return undefined
  const { ask: _nobody, ...others } = options
  return {
    id: header.id,
    folder: options.folder,
    endpoints: foldersOf(treeOf(options, header)).length,
    slots: header.slots.map((slot) => ({ id: slot.id, type: slot.type, about: describeSlot(slot, options) })),
    opens: await openVault(header, others).then(
      ({ by }) => by,
      (failure: Failure) => failure,
    ),
    rekeying: header.rekeying === true,
  }
}

/** Adds a way to open the vault; where there is none, makes one that opens in this way only. */
export async function addSlot(options: VaultOptions, make: SlotMaker): Promise<void> {
  if (readHeader(options) === undefined && (await createVault(options, make))) return
  await changing(options, async ({ header, replace }) => {
    const { key } = await openVault(header, options)
    const slot = await make(header.id, key.bytes)
    if (isKeyFileSlot(slot) && header.slots.some((other) => opensWithKeyFile(header, other, options))) {
      throw new Failure('refused', `the key file ${options.keyFile} opens the vault already`)
    }
    replace({ ...header, slots: [...header.slots, slot] })
  })
}

function opensWithKeyFile({ id }: Header, slot: Slot, { keyFile, uid }: VaultOptions): boolean {
  const secret = isKeyFileSlot(slot) ? readKeyFile(keyFile, uid) : undefined
  return secret !== undefined && openSlot(id, slot, secret) !== undefined
}

/**
 * Removes a way to open the vault, by its id, or by its type if there is one of that type. Only while one of the others
 * opens the vault: so nobody locks himself out.
 */
export async function removeSlot(options: VaultOptions, named: string): Promise<Slot> {
  return changing(options, async ({ header, replace }) => {
    const slot = theSlot(header, options, named)
    const rest = header.slots.filter((other) => other !== slot)
    if (rest.length === 0) {
      throw new Failure('refused', 'the last slot of the vault cannot be removed', {
        hints: [hint`credbridge vault add-slot passphrase`],
      })
    }
    const left = { ...header, slots: rest }
    await openVault(left, withoutUnlocked(options))
    replace(left)
    return slot
  })
}

/** Gives a passphrase slot another passphrase, asked for when the vault is open. With several, `named` says which. */
export async function changePassphrase(
  options: VaultOptions,
  to: () => Promise<Secret>,
  named = 'passphrase',
): Promise<void> {
  await changing(options, async ({ header, replace }) => {
    const slot = theSlot(header, options, named)
    if (!isPassphraseSlot(slot)) throw new Failure('refused', `the slot ${slot.id} has no passphrase`)
    const { key } = await openVault(header, options)
    const fresh = await forPassphrase(await to(), slot.id)(header.id, key.bytes)
    replace({ ...header, slots: header.slots.map((other) => (other === slot ? fresh : other)) })
  })
}

/** The slot that a person means. */
export function theSlot(header: Header, options: VaultOptions, named: string): Slot {
  const meant = header.slots.filter(({ id, type }) => id === named || type === named)
  const [slot, second] = meant
  const hints = header.slots.map((one) => hint`${one.id}: ${describeSlot(one, options)}`)
  if (slot === undefined) throw new Failure('refused', 'the vault has no such slot', { hints })
  if (second !== undefined) throw new Failure('ambiguous', 'the vault has several slots of that type', { hints })
  return slot
}
