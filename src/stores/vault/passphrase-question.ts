import type { Asker } from '../../core/asker.ts'
import { Failure, isCancelled, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'

/** Asks this asker for the passphrase; `undefined` if the asker must not be asked. No terminal: `locked`. */
export function askBy({ ask }: Asker): (() => Promise<Secret>) | undefined {
  if (ask === undefined) return undefined
  return async () => {
    try {
      return await ask('Passphrase of the vault: ')
    } catch (error) {
      if (!isFailure(error) || isCancelled(error) || error.code !== 'refused') throw error
      throw new Failure('locked', 'the vault is locked', { cause: error, hints: [hint`credbridge unlock`] })
    }
  }
}
