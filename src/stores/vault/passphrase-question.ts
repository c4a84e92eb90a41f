import type { Asker } from '../../core/asker.ts'
import { Failure, isCancelled, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import type { Ask } from './options.ts'

/** How often a person may type a passphrase. */
export const tries = 3

/** The question for a passphrase, without the colon at its end. `wrong`: how many were wrong before. */
export function passphraseQuestion(about: string, wrong: number): string {
  return `${wrong === 0 ? '' : 'That does not open it. '}Passphrase of ${about}`
}

/** Asks until `opens` gives a result, at most three times; then `undefined`. */
export async function askUntil<T>(
  ask: Ask,
  opens: (passphrase: Secret) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let wrong = 0; wrong < tries; wrong++) {
    const passphrase = await ask(wrong)
    if (passphrase === undefined) return undefined
    const opened = await opens(passphrase)
    if (opened !== undefined) return opened
  }
  return undefined
}

/** Asks this asker for the passphrase; `undefined` if the asker must not be asked. No terminal: `locked`. */
export function askBy({ ask }: Asker): Ask | undefined {
  if (ask === undefined) return undefined
  return async (wrong) => {
    try {
      return await ask(`${passphraseQuestion('the vault', wrong)}: `)
    } catch (error) {
      if (!isFailure(error) || isCancelled(error) || error.code !== 'refused') throw error
      throw new Failure('locked', 'the vault is locked', { cause: error, hints: [hint`credbridge unlock`] })
    }
  }
}
