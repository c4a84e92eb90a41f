import { isHex } from '../../system/random.ts'
import { fault } from './faults.ts'
import type { Slot } from './slots/slot.ts'

/*
 * `vault.json` says how the vault is opened and where its records lie. The format is a promise:
 * docs/vault-format.md. It holds nothing secret: each slot's `key` is the vault's key, sealed.
 */

export interface Header {
  /** 32 hexadecimal digits, never changed. */
  readonly id: string
  /** Which key the records are written under, in 16 hexadecimal digits. */
  readonly keyId: string
  /** The folder of the records; a rekey makes a new one. */
  readonly records: string
  readonly slots: readonly Slot[]
  /** A rekey is copying the records, or died while it did: nothing may be written until the one or the other has ended. */
  readonly rekeying?: true
}

const format = 'credbridge vault'
const version = 1

/** The header as the bytes of its file. */
export function printHeader(header: Header): Buffer {
  return Buffer.from(`${JSON.stringify({ format, version, ...header }, null, 2)}\n`)
}

/** The header in these bytes; slots of kinds and members that this version does not know stay as they are. */
export function parseHeader(bytes: Buffer, path: string): Header {
  const members = parse(bytes, path)
  if (members['format'] !== format) throw fault('not-ours', path)
  if (members['version'] !== version) throw fault('unknown-version', path)
  const { format: _, version: __, ...header } = members
  const { id, keyId, records, slots, rekeying } = header
  const whole =
    typeof id === 'string' &&
    id.length === 32 &&
    isHex(id) &&
    typeof keyId === 'string' &&
    typeof records === 'string' &&
    isRecordsFolder(records) &&
    Array.isArray(slots) &&
    slots.every(isSlot) &&
    (rekeying === undefined || rekeying === true)
  if (!whole) throw fault('tampered', path)
  return { ...header, id, keyId, records, slots, ...(rekeying === true ? { rekeying } : {}) }
}

/** True for a name that the folder of a vault's records can have, so that no header leads out of the vault. */
export function isRecordsFolder(name: string): boolean {
  const [folder, id] = [name.slice(0, 7), name.slice(8)]
  return name === 'records' || (name === `${folder}-${id}` && folder === 'records' && id.length === 16 && isHex(id))
}

function parse(bytes: Buffer, path: string): { readonly [member: string]: unknown } {
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    if (!text.trimEnd().endsWith('}')) throw fault('truncated', path)
  }
  throw fault('tampered', path)
}

function isSlot(value: unknown): value is Slot {
  if (typeof value !== 'object' || value === null) return false
  const slot = value as { readonly [member: string]: unknown }
  return ['type', 'id', 'key'].every((name) => typeof slot[name] === 'string')
}
