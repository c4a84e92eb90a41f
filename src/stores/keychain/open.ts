import { join } from 'node:path'
import type { Store } from '../../core/store.ts'
import type { Surroundings } from '../choose.ts'
import { keychainStore } from '../keychain.ts'
import { busAddress } from './bus.ts'

/** The keychain of this machine, as the edge describes it. */
export function openKeychain(surroundings: Surroundings): Store {
  const { platform, places, userId, personPresent, env, addon: loadAddon } = surroundings
  const address = platform === 'linux' ? busAddress(env) : undefined
  if (address !== undefined) surroundings.setVariable('DBUS_SESSION_BUS_ADDRESS', address)
  return keychainStore({ platform, indexFile: join(places.data, 'keychain.json'), userId, personPresent, loadAddon })
}
