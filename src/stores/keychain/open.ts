import type { Store } from '../../core/store.ts'
import type { ClientMachine, Machine } from '../../system/machine.ts'
import { lockFolder } from '../lock-folder.ts'
import { sealingOptions } from '../vault/machine-options.ts'
import { busAddress } from './bus-address.ts'
import { indexFileIn } from './place.ts'
import { keychainStore } from './store.ts'
import { type CredentialManager, credentialManager } from './windows/credential-manager.ts'

/** Opens the keychain of this machine. */
export async function openKeychain(machine: ClientMachine): Promise<Store> {
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
    ...(platform === 'win32' ? { credentialManager: managerOf(await machine.whole()) } : {}),
  })
  if (keychain.traits.largest === undefined) return keychain
  const { withSealing } = await import('../vault/sealing.ts')
  return withSealing(keychain, sealingOptions(machine))
}

/** Windows' Credential Manager, through the program that ships with the commands. */
export function managerOf({ run, shippedProgram }: Machine): CredentialManager {
  return credentialManager(shippedProgram('credentials'), run)
}
