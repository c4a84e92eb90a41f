import { Failure } from '../core/failure.ts'
import { type Hint, hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import type { ClientMachine, Machine } from '../system/machine.ts'
import { storeTypes } from './index.ts'
import { type SettlingStore, settlingStore } from './settling.ts'

/** The name of the platform's own keychain store. */
export function keychainName(platform: string): string {
  return storeTypes.find((type) => type.isSystemKeychain?.(platform) === true)?.name ?? fallback.name
}

/**
 * The stores that a person chooses from where there is no keychain, each with its reason and the command that chooses
 * it. None: the vault is used.
 */
export async function offeredStores(machine: Machine): Promise<readonly Hint[]> {
  const all = await Promise.all(storeTypes.map((type) => type.offer?.(machine)))
  const offers = all.filter((offer) => offer !== undefined)
  const here = hint`to keep secrets on this side only (encrypted files, opened by a key file): credbridge use ${fallback.name}`
  return offers.length === 0 ? [] : [...offers, here]
}

const fallback = storeTypes.find(({ insteadOfKeychain }) => insteadOfKeychain !== undefined) ?? noFallback()

/** The store if none is settled or configured. Opens others by `opened`. */
export async function unsettledStore(
  opened: (name: string) => Promise<Store>,
  machine: ClientMachine,
  withoutKeychain: 'vault' | 'failure' = 'vault',
): Promise<SettlingStore> {
  return settlingStore({
    keychain: await opened(keychainName(machine.platform)),
    ...(withoutKeychain === 'vault' ? { vault: () => opened(fallback.name) } : {}),
    choice: async () => undecided(await offeredStores(await machine.whole())),
    async settle(store) {
      const { settleFirst } = await import('./settle.ts')
      const earlier = settleFirst(store.name, machine)
      if (earlier !== undefined) return earlier === store.name ? store : opened(earlier)
      if (store.name === fallback.name && fallback.insteadOfKeychain !== undefined)
        await machine.say(`${fallback.insteadOfKeychain}; ${wayBack(machine)}`)
      return store
    },
  })
}

function undecided(offers: readonly Hint[]): Failure | undefined {
  if (offers.length === 0) return undefined
  return new Failure('unavailable', 'there is no keychain here, and more than one other place for secrets', {
    hints: offers,
  })
}

/** For a desktop that was not running, or a wallet that was not made yet, when the vault was settled on. */
function wayBack({ platform }: ClientMachine): Hint {
  return hint`once there is one: credbridge use ${keychainName(platform)} --move`
}

function noFallback(): never {
  throw new Failure('internal', 'there is no store for machines without a keychain')
}
