import type { Asker } from '../core/asker.ts'
import type { Place } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import type { Store } from '../core/store.ts'
import type { ClientMachine } from '../system/machine.ts'
import { storeTypes } from './index.ts'
import { inUse, openStore } from './open.ts'
import { isSettling } from './settling.ts'
import type { StoreContext, StoreSettings } from './store-type.ts'
import { unsettledStore } from './unsettled.ts'

/** The store that a save would go to. For a store that is not settled yet, the one that the save would settle on. */
export async function storeForSaves(store: Store, asker: Asker): Promise<Store> {
  return isSettling(store) ? store.candidate(asker) : store
}

/** Whether a store type keeps this in another store to open its own with it. */
export function isKeyOfStore(place: Place): boolean {
  return storeTypes.some((type) => type.isOwnKey?.(place) === true)
}

/** Other programs' items with these attributes in the system's keychain; `unsupported` if it cannot be searched. */
export async function foreignItems(
  settings: StoreSettings,
  machine: ClientMachine,
  asker: Asker,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[]> {
  const context: StoreContext = { machine, settings, parameter: '' }
  for (const type of storeTypes) {
    if (type.isSystemKeychain?.(machine.platform) !== true) continue
    const found = await type.foreignItems?.(context, asker, searches)
    if (found !== undefined) return found
  }
  throw new Failure('unsupported', "the items of other programs cannot be listed in this system's keychain")
}

/** Settles on a store, as the first save would, if none is settled or configured. */
export async function settleNow(settings: StoreSettings, machine: ClientMachine, asker: Asker): Promise<void> {
  if (inUse(settings, machine).because !== 'not settled') return
  await (await unsettledStore((name) => openStore(name, settings, machine), machine)).settled(asker)
}
