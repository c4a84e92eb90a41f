import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { fault } from './faults.ts'

/*
 * The key that `unlock` puts into the kernel's keyring, a file descriptor or the environment. It opens one vault during
 * one period. One line: `credbridge-unlocked 1 <vault> <from> <until> <key>`.
 */

export interface Unlocked {
  /** The vault's id. */
  readonly vault: string
  /** Milliseconds since 1970. A later `lock` invalidates the key. */
  readonly from: number
  readonly until: number
  readonly key: Buffer
}

const word = 'credbridge-unlocked'

export function printUnlocked({ vault, from, until, key }: Unlocked): string {
  return `${word} 1 ${vault} ${from} ${until} ${key.toString('base64url')}`
}

/** Parses the line. Returns `undefined` for any other text, for example a passphrase. */
export function parseUnlocked(text: string): Unlocked | undefined {
  const [first, version, vault, from, until, key, more] = text.split(' ')
  if (first !== word) return undefined
  if (version !== '1') throw fault('unknown-version', 'the key from unlock')
  const bytes = Buffer.from(key ?? '', 'base64url')
  const times = [from, until].every((time) => /^[0-9]+$/.test(time ?? ''))
  if (vault === undefined || !times || bytes.length !== 32 || more !== undefined) {
    throw new Failure('malformed', 'the key from unlock is damaged', {
      hints: [hint`credbridge lock`, hint`unset CREDBRIDGE_VAULT_KEY CREDBRIDGE_VAULT_KEY_FD`],
    })
  }
  return { vault, from: Number(from), until: Number(until), key: bytes }
}
