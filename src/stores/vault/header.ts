import { isHex } from '../../system/random.ts'
import { fault } from './faults.ts'
import type { Slot } from './slots/slot.ts'

/*
 * The header `vault.json` contains the key slots and the name of the folder of records. The format is a promise:
 * docs/vault-format.md. It contains no secret: each slot's `key` is the vault's key, encrypted.
 */

export interface Header {
  /** 32 hexadecimal digits, never changed. */
  readonly id: string
  /** The id of the key of the records, in 16 hexadecimal digits. */
  readonly keyId: string
  /** The folder of the records. A rekey makes a new one. */
  readonly records: string
  readonly slots: readonly Slot[]
  /**
   * Set while a rekey copies the records: the vault is closed for writing. After a crash the next writer removes it.
   */
  readonly rekeying?: true
}

const format = 'credbridge vault'
const version = 1

/** The header as the bytes of its file. */
export function printHeader(header: Header): Buffer {
  return Buffer.from(`${JSON.stringify({ format, version, ...header }, null, 2)}\n`)
}

/** The header in these bytes. Keeps members and slot types that this version does not know. */
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

/** Whether a folder of records can have this name. The check stops a header from leading out of the vault. */
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
