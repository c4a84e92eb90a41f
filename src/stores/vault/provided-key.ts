import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { vaultKeyDescriptor } from '../../core/program.ts'
import { Secret } from '../../core/secret.ts'
import type { ClientMachine } from '../../system/machine.ts'

/** Contains the key or passphrase of the vault itself, for programs that do not inherit file descriptors. */
export const keyVariable = 'CREDBRIDGE_VAULT_KEY'

/** The key that whoever started this process handed over; `undefined` if there is none. */
export function providedKey({ env, readDescriptor }: ClientMachine): Secret | undefined {
  const [descriptor = '', text = ''] = [env[vaultKeyDescriptor], env[keyVariable]]
  if (descriptor === '') return text === '' ? undefined : new Secret(text)
  const content = readDescriptor(Number(descriptor))
  if (content !== undefined) return new Secret(content.replace(/\r?\n$/, ''))
  if (text !== '') return new Secret(text)
  throw new Failure('unavailable', `${vaultKeyDescriptor} does not name an open file`, {
    hints: [hint`programs that close descriptors need ${keyVariable} in their environment (docs/vault.md)`],
  })
}
