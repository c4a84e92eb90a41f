import type { Store } from '../../core/store.ts'
import type { Machine } from '../../system/machine.ts'
import { lockFolder } from '../lock-folder.ts'
import { sealingOptions } from '../vault/machine-options.ts'
import { busAddress } from './bus-address.ts'
import { indexFileIn } from './place.ts'
import { keychainStore } from './store.ts'

/** Opens the keychain of this machine. */
export async function openKeychain(machine: Machine): Promise<Store> {
  const { platform, folders: places, userId, processId, env } = machine
  const address = platform === 'linux' ? busAddress(env, userId) : undefined
  if (address !== undefined) machine.setVariable('DBUS_SESSION_BUS_ADDRESS', address)
  const keychain = keychainStore({
    platform,
    indexFile: indexFileIn(places.data),
    userId,
    processId,
    locks: lockFolder(machine),
    loadAddon: () => machine.addon(),
  })
  if (keychain.traits.largest === undefined) return keychain
  const { withSealing } = await import('../vault/sealing.ts')
  return withSealing(keychain, sealingOptions(machine))
}
