import type { Store } from '../../core/store.ts'
import type { StoreSettings, Surroundings } from '../choose.ts'
import { vaultOptions } from './machine-options.ts'
import { vaultStore } from './store.ts'

/** The vault of this user on this machine, as the edge describes it. */
export function openVault(settings: StoreSettings, surroundings: Surroundings): Store {
  return vaultStore(vaultOptions(settings, surroundings))
}
