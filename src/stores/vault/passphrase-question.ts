import type { Asker } from '../../core/asker.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'

/** How this asker types the passphrase; absent where nobody is to be asked. Nobody there: `locked`. */
export function askBy({ ask }: Asker): (() => Promise<Secret>) | undefined {
  if (ask === undefined) return undefined
  return async () => {
    try {
      return await ask('Passphrase of the vault: ')
    } catch (error) {
      if (!isFailure(error) || error.code !== 'refused') throw error
      throw new Failure('locked', 'the vault is locked', { cause: error, hints: [hint`credbridge unlock`] })
    }
  }
}
