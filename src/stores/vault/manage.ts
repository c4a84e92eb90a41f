import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import { changing } from './change-header.ts'
import { createVault } from './create.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import { openVault } from './open.ts'
import { withoutUnlocked } from './open-otherwise.ts'
import type { VaultOptions } from './options.ts'
import { describeSlot } from './slots/describe.ts'
import { isKeyFileSlot, readKeyFile } from './slots/key-file.ts'
import { forPassphrase } from './slots/make.ts'
import { isPassphraseSlot } from './slots/passphrase.ts'
import { openSlot, type Slot, type SlotMaker } from './slots/slot.ts'
import { foldersOf, treeOf } from './tree.ts'
import type { Opener } from './way.ts'

/** The state of a vault, for a person. */
export interface Status {
  readonly id: string
  readonly folder: string
  /** The number of endpoints with records. */
  readonly endpoints: number
  readonly slots: readonly { readonly id: string; readonly type: string; readonly about: string }[]
  /** What opens the vault now without a person, or why nothing does. */
  readonly opens: Opener | Failure
  readonly rekeying: boolean
}

/** The state of the vault; `undefined` if there is none. Never asks a person. */
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

/** Adds a key slot to the vault. If there is no vault, makes one with this slot only. */
export async function addSlot(options: VaultOptions, make: SlotMaker): Promise<void> {
  if (readHeader(options) === undefined && (await createVault(options, make))) return
  await changing(options, async ({ header, replace }) => {
    const { key } = await openVault(header, options)
    const slot = await make(header.id, key.bytes)
    if (isKeyFileSlot(slot) && header.slots.some((other) => opensWithKeyFile(header, other, options))) {
      throw new Failure('refused', `the key file ${options.keyFile} already opens the vault`)
    }
    replace({ ...header, slots: [...header.slots, slot] })
  })
}

function opensWithKeyFile({ id }: Header, slot: Slot, { keyFile, uid }: VaultOptions): boolean {
  const secret = isKeyFileSlot(slot) ? readKeyFile(keyFile, uid) : undefined
  return secret !== undefined && openSlot(id, slot, secret) !== undefined
}

/**
 * Removes a key slot by its id, or by its type if there is only one of that type. One of the remaining slots must open
 * the vault, so that the person is not locked out.
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

/**
 * Replaces the passphrase of a slot. Asks for the new one after the vault is open. `named`: the id, if there are
 * several.
 */
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

/** The slot with this id or type. None: `refused`. Several: `ambiguous`. */
export function theSlot(header: Header, options: VaultOptions, named: string): Slot {
  const meant = header.slots.filter(({ id, type }) => id === named || type === named)
  const [slot, second] = meant
  const hints = header.slots.map((one) => hint`${one.id}: ${describeSlot(one, options)}`)
  if (slot === undefined) throw new Failure('refused', 'the vault has no such slot', { hints })
  if (second !== undefined) throw new Failure('ambiguous', 'the vault has several slots of that type', { hints })
  return slot
}
