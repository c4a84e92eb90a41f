import { isAbsolute, join } from 'node:path'
import type { ClientMachine } from '../../system/machine.ts'
import type { StoreSettings } from '../store-type.ts'
import type { VaultOptions } from './options.ts'
import type { SealingOptions } from './sealing.ts'

/** The options for the vault on this machine. */
export function vaultOptions({ vaultKeyFile }: StoreSettings, machine: ClientMachine): VaultOptions {
  const { env, folders: places, platform, userId, processId, addon } = machine
  const agent = env['SSH_AUTH_SOCK'] ?? ''
  return {
    folder: join(places.data, 'vault'),
    keyFile: vaultKeyFile ?? join(places.state, 'vault.key'),
    now: Date.now,
    ...(userId < 0 ? {} : { uid: userId }),
    processId,
    ...(isAbsolute(agent) ? { agent, connector: machine.connector } : {}),
    ...(platform === 'linux' ? { kernelKeyring: () => kernelKeyring(addon) } : {}),
    provided: async () => (await import('./provided-key.ts')).providedKey(machine),
  }
}

/** The options for the files of secrets that are too large for a keychain. */
export function sealingOptions({ folders: places, userId }: ClientMachine): SealingOptions {
  return { folder: join(places.data, 'sealed'), now: Date.now, ...(userId < 0 ? {} : { uid: userId }) }
}

async function kernelKeyring(addon: ClientMachine['addon']): ReturnType<NonNullable<VaultOptions['kernelKeyring']>> {
  return (await import('./kernel-keyring.ts')).kernelKeyring(addon)
}
