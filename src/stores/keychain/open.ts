import type { Store } from '../../core/store.ts'
import type { Surroundings } from '../choose.ts'
import { sealingOptions } from '../vault/machine-options.ts'
import { busAddress } from './bus-address.ts'
import { indexFileIn } from './place.ts'
import { keychainStore } from './store.ts'

/** The keychain of this machine, as the edge describes it. */
export async function openKeychain(surroundings: Surroundings): Promise<Store> {
  const { platform, places, userId, processId, personPresent, env, addon: loadAddon } = surroundings
  const address = platform === 'linux' ? busAddress(env, userId) : undefined
  if (address !== undefined) surroundings.setVariable('DBUS_SESSION_BUS_ADDRESS', address)
  const keychain = keychainStore({
    platform,
    indexFile: indexFileIn(places.data),
    userId,
    ...(processId === undefined ? {} : { processId }),
    personPresent,
    loadAddon,
  })
  if (keychain.traits.largest === undefined) return keychain
  const { withSealing } = await import('../vault/sealing.ts')
  return withSealing(keychain, sealingOptions(surroundings))
}
