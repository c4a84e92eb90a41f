import { fault } from './faults.ts'

/*
 * What `unlock` hands on, to the kernel's keyring or to whoever passes it by descriptor or environment: the vault's
 * key, for one vault, from a time until a time. One line: `credbridge-unlocked 1 <vault> <from> <until> <key>`.
 */

export interface Unlocked {
  /** The vault's id. */
  readonly vault: string
  /** Milliseconds since 1970; what `lock` ended later is over. */
  readonly from: number
  readonly until: number
  readonly key: Buffer
}

const word = 'credbridge-unlocked'

export function printUnlocked({ vault, from, until, key }: Unlocked): string {
  return `${word} 1 ${vault} ${from} ${until} ${key.toString('base64url')}`
}

/** `undefined` for a text that is something else, such as a passphrase. */
export function parseUnlocked(text: string): Unlocked | undefined {
  const [first, version, vault, from, until, key, more] = text.split(' ')
  if (first !== word) return undefined
  if (version !== '1') throw fault('unknown-version', 'what unlock kept')
  const bytes = Buffer.from(key ?? '', 'base64url')
  const times = [from, until].every((time) => /^[0-9]+$/.test(time ?? ''))
  if (vault === undefined || !times || bytes.length !== 32 || more !== undefined) {
    throw fault('tampered', 'what unlock kept')
  }
  return { vault, from: Number(from), until: Number(until), key: bytes }
}
