import { isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { vaultKeyDescriptor } from '../../core/program.ts'
import { Secret } from '../../core/secret.ts'
import type { ClientMachine } from '../../system/machine.ts'
import type { StoreSettings } from '../store-type.ts'
import type { VaultOptions } from './options.ts'
import type { SealingOptions } from './sealing.ts'

/** Contains the key or passphrase of the vault itself, for programs that do not inherit file descriptors. */
export const keyVariable = 'CREDBRIDGE_VAULT_KEY'

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
    provided: async () => providedKey(machine),
  }
}

/** The options for the files of secrets that are too large for a keychain. */
export function sealingOptions({ folders: places, userId }: ClientMachine): SealingOptions {
  return { folder: join(places.data, 'sealed'), now: Date.now, ...(userId < 0 ? {} : { uid: userId }) }
}

async function kernelKeyring(addon: ClientMachine['addon']): ReturnType<NonNullable<VaultOptions['kernelKeyring']>> {
  return (await import('./kernel-keyring.ts')).kernelKeyring(addon)
}

function providedKey({ env, readDescriptor }: ClientMachine): Secret | undefined {
  const [descriptor = '', text = ''] = [env[vaultKeyDescriptor], env[keyVariable]]
  if (descriptor === '') return text === '' ? undefined : new Secret(text)
  const content = readDescriptor(Number(descriptor))
  if (content !== undefined) return new Secret(content.replace(/\r?\n$/, ''))
  if (text !== '') return new Secret(text)
  throw new Failure('unavailable', `${vaultKeyDescriptor} does not name an open file`, {
    hints: [hint`programs that close descriptors need ${keyVariable} in their environment (docs/vault.md)`],
  })
}
