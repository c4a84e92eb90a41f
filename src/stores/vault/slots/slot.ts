import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { hkdf } from '../key.ts'

/** One way to open the vault: the vault's key, encrypted with a secret. */
export interface Slot {
  readonly type: string
  /** 16 hexadecimal digits; a person may name the slot by it. */
  readonly id: string
  /** Nonce, encrypted key and tag in base64url. */
  readonly key: string
}

/** Makes a slot with the key of the vault with this id. */
export type SlotMaker = (vault: string, key: Buffer) => Slot | Promise<Slot>

const nonceLength = 12
const tagLength = 16

/** A new slot's id. */
export function newSlotId(): string {
  return randomBytes(8).toString('hex')
}

/** Encrypts the vault's key in the slot. The slot's other members and the vault's id are associated data. */
export function sealSlot<T extends Omit<Slot, 'key'>>(vault: string, slot: T, secret: Buffer, key: Buffer): T & Slot {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', wrappingKey(slot, secret), nonce).setAAD(about(vault, slot))
  const sealed = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()])
  return { ...slot, key: sealed.toString('base64url') }
}

/** The vault's key; `undefined` if the secret is wrong or the slot was changed. */
export function openSlot(vault: string, slot: Slot, secret: Buffer): Buffer | undefined {
  const { key, ...rest } = slot
  const sealed = Buffer.from(key, 'base64url')
  if (sealed.length !== nonceLength + 32 + tagLength) return undefined
  const nonce = sealed.subarray(0, nonceLength)
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey(slot, secret), nonce, { authTagLength: tagLength })
  decipher.setAAD(about(vault, rest)).setAuthTag(sealed.subarray(nonceLength + 32))
  const opened = decipher.update(sealed.subarray(nonceLength, nonceLength + 32))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return opened
}

function wrappingKey(slot: Omit<Slot, 'key'>, secret: Buffer): Buffer {
  return hkdf(secret, Buffer.from(slot.id, 'hex'), `credbridge vault 1 slot ${slot.type}`)
}

/** The vault's id and the slot without its key, as compact JSON. The members keep their stored order. */
function about(vault: string, slot: Omit<Slot, 'key'>): Buffer {
  return Buffer.from(JSON.stringify([vault, slot]))
}
