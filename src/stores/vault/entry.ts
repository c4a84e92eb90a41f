import type { StoredItem } from '../../core/credential.ts'
import { type Endpoint, parseAddress, serviceName } from '../../core/endpoint.ts'
import { decodeItem } from '../../core/item.ts'
import { fault } from './faults.ts'

/*
 * The text that a record encrypts: one JSON object. `value` is the value that every keychain would keep for the item
 * (core/item.ts and encode-item.ts). The other members are its place and the time of the write. Readers ignore unknown members.
 */

/** The item in a record's text. */
export function parseEntry(text: string, path: string): StoredItem {
  const { form, endpoint, account, owner, savedAt, value } = members(text, path)
  const whole =
    typeof endpoint === 'string' &&
    typeof account === 'string' &&
    typeof owner === 'string' &&
    typeof savedAt === 'number' &&
    typeof value === 'string'
  if (!whole) throw fault('not-ours', path)
  return { ...decodeItem({ endpoint: endpointOf(form, endpoint, path), account, owner }, value), savedAt }
}

function endpointOf(form: unknown, key: string, path: string): Endpoint {
  if (form === 'service') return serviceName(key)
  if (form === 'address') return parseAddress(key)
  throw fault('unknown-version', path)
}

function members(text: string, path: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // The failure below does not quote the text, because it may contain a secret.
  }
  throw fault('not-ours', path)
}
