import { createHmac } from 'node:crypto'

/** A vault's key: 32 random bytes, and the keys derived from them, one for each purpose. */
export interface VaultKey {
  readonly bytes: Buffer
  /** Identifies the key without revealing anything about it. */
  readonly id: Buffer
  readonly folders: Buffer
  readonly files: Buffer
  readonly records: Buffer
}

/** Derives the keys from 32 random bytes. */
export function vaultKey(bytes: Buffer): VaultKey {
  const purpose = (name: string) => expand('sha256', bytes, Buffer.from(`credbridge vault 1 ${name}`))
  return {
    bytes,
    id: purpose('key id').subarray(0, 8),
    folders: purpose('folder names'),
    files: purpose('file names'),
    records: purpose('records'),
  }
}

/** HKDF-SHA-256 of one block, by two HMAC calls: `hkdfSync` would take longer to load. */
export function hkdf(secret: Buffer, salt: Buffer, info: string): Buffer {
  return expand('sha256', createHmac('sha256', salt).update(secret).digest(), Buffer.from(info))
}

/** HKDF-Expand (RFC 5869, 2.3) of one block, which is sufficient if the key is random already. */
export function expand(hash: 'sha256' | 'sha512', key: Buffer, info: Buffer): Buffer {
  return createHmac(hash, key).update(info).update('\u0001').digest()
}
