import { isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Machine } from '../../system/machine.ts'
import type { StoreSettings } from '../store-type.ts'
import type { VaultOptions } from './options.ts'
import type { SealingOptions } from './sealing.ts'

/** Names the descriptor of a file that holds what opens the vault; only its number stands in the environment. */
export const descriptorVariable = 'CREDBRIDGE_VAULT_KEY_FD'

/** Holds what opens the vault itself, for those whom no descriptor reaches. */
export const keyVariable = 'CREDBRIDGE_VAULT_KEY'

/** Where the vault is, and what may open it here. */
export function vaultOptions({ vaultKeyFile }: StoreSettings, machine: Machine): VaultOptions {
  const { env, places, platform, userId, processId, addon } = machine
  const agent = env['SSH_AUTH_SOCK'] ?? ''
  return {
    folder: join(places.data, 'vault'),
    keyFile: vaultKeyFile ?? join(places.state, 'vault.key'),
    now: Date.now,
    ...(userId < 0 ? {} : { uid: userId }),
    processId,
    ...(isAbsolute(agent) ? { agent, connector: machine.connector } : {}),
    ...(platform === 'linux' ? { kernelKeyring: () => kernelKeyring(addon) } : {}),
    handed: async () => handed(machine),
  }
}

/** Where what is too large for a keychain lies. */
export function sealingOptions({ places, userId }: Machine): SealingOptions {
  return { folder: join(places.data, 'sealed'), now: Date.now, ...(userId < 0 ? {} : { uid: userId }) }
}

async function kernelKeyring(addon: Machine['addon']): ReturnType<NonNullable<VaultOptions['kernelKeyring']>> {
  return (await import('./kernel-keyring.ts')).kernelKeyring(addon)
}

function handed({ env, readDescriptor }: Machine): Secret | undefined {
  const [descriptor = '', text = ''] = [env[descriptorVariable], env[keyVariable]]
  if (descriptor === '') return text === '' ? undefined : new Secret(text)
  const content = readDescriptor(Number(descriptor))
  if (content !== undefined) return new Secret(content.replace(/\r?\n$/, ''))
  if (text !== '') return new Secret(text)
  throw new Failure('unavailable', `the descriptor that ${descriptorVariable} names is not an open file here`, {
    hints: [hint`programs that close descriptors need ${keyVariable} in their environment (docs/vault.md)`],
  })
}
