import { randomBytes, scryptSync } from 'node:crypto'
import { Failure } from '../../../core/failure.ts'
import type { Secret } from '../../../core/secret.ts'
import type { Slot } from './slot.ts'

/** Opens with a person's passphrase. The slot contains the cost of one attempt. */
export interface PassphraseSlot extends Slot {
  readonly type: 'passphrase'
  readonly scrypt: Cost
}

/** scrypt's parameters (RFC 7914). */
interface Cost {
  readonly N: number
  readonly r: number
  readonly p: number
  /** In base64url. */
  readonly salt: string
}

const least = 2 ** 17
const most = 2 ** 20

/** The cost of a new slot: 128 MiB of memory for each attempt. */
export function newCost(): Cost {
  return { N: least, r: 8, p: 1, salt: randomBytes(32).toString('base64url') }
}

export function isPassphraseSlot(slot: Slot): slot is PassphraseSlot {
  const cost = (slot as Partial<PassphraseSlot>).scrypt
  return slot.type === 'passphrase' && typeof cost === 'object' && cost !== null && typeof cost.salt === 'string'
}

/** The slot's secret. Normalizes the passphrase to NFC, because keyboards compose letters differently. */
export function secretOfPassphrase(passphrase: Secret, { N, r, p, salt }: Cost): Buffer {
  const text = passphrase.expose().normalize('NFC')
  if (text === '') throw new Failure('refused', 'an empty passphrase protects nothing')
  // Else an attacker who can write the header could make scrypt use all memory, or make guessing cheap.
  const usual = Number.isInteger(Math.log2(N)) && N >= least && N <= most && r === 8 && p >= 1 && p <= 4
  if (!usual) throw new Failure('unsupported', "the vault's passphrase slot has unacceptable scrypt parameters")
  return scryptSync(text, Buffer.from(salt, 'base64url'), 32, { N, r, p, maxmem: 2 * 128 * N * r })
}
