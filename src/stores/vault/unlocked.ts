import { fault } from './faults.ts'

/*
 * What `unlock` hands on, to the kernel's keyring or to whoever passes it by descriptor or environment: the vault's
 * key, for one vault and until a time. One line of text: `credbridge-unlocked 1 <vault> <until> <key>`.
 */

export interface Unlocked {
  /** The vault's id. */
  readonly vault: string
  /** Milliseconds since 1970. */
  readonly until: number
  readonly key: Buffer
}

const word = 'credbridge-unlocked'

export function printUnlocked({ vault, until, key }: Unlocked): string {
  return `${word} 1 ${vault} ${until} ${key.toString('base64url')}`
}

/** `undefined` for a text that is something else, such as a passphrase. */
export function parseUnlocked(text: string): Unlocked | undefined {
  const [first, version, vault, until, key, more] = text.split(' ')
  if (first !== word) return undefined
  if (version !== '1') throw fault('unknown-version', 'what unlock kept')
  const bytes = Buffer.from(key ?? '', 'base64url')
  const whole = vault !== undefined && /^[0-9]+$/.test(until ?? '') && bytes.length === 32 && more === undefined
  if (!whole) throw fault('tampered', 'what unlock kept')
  return { vault, until: Number(until), key: bytes }
}
