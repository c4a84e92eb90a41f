import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { fault } from './faults.ts'
import { expand, type VaultKey } from './key.ts'
import type { RecordName } from './names.ts'

/*
 * The bytes of a record. The format is a promise: docs/vault-format.md, vectors in test/stores/vault/vectors.
 *
 *    0  10  "CREDBRIDGE"
 *   10   1  type: "R", a record
 *   11   1  format version: 1
 *   12   8  id of the vault's key
 *   20  16  name of its folder
 *   36  16  name of its file
 *   52  32  salt, new at each write
 *   84   4  length of the ciphertext, big-endian
 *   88   n  ciphertext: length of the text (4 bytes, big-endian), text in UTF-8, zeros up to a padded size
 *  88+n 16  tag
 *
 * AES-256-GCM. Key and nonce are derived from the vault's key and the salt, and used once. The first 88 bytes are
 * associated data.
 */

const magic = Buffer.from('CREDBRIDGE')
const type = 'R'.charCodeAt(0)
const version = 1
const headerLength = 88
const tagLength = 16
const saltAt = 52

/** Encrypts a record's text with the vault's key. The result is valid only under this name. */
export function sealRecord(key: VaultKey, name: RecordName, text: string): Buffer {
  const plain = padded(text)
  const header = Buffer.alloc(headerLength)
  magic.copy(header)
  header[10] = type
  header[11] = version
  key.id.copy(header, 12)
  header.write(name.folder, 20, 'hex')
  header.write(name.file, 36, 'hex')
  randomBytes(32).copy(header, saltAt)
  header.writeUInt32BE(plain.length, 84)
  const own = ownKey(key, header)
  const cipher = createCipheriv('aes-256-gcm', own.key, own.nonce).setAAD(header)
  return Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Decrypts a record. Returns its text and the name for which it was written. `path` is for the failure's message. */
export function openRecord(key: VaultKey, bytes: Buffer, path: string): { name: RecordName; text: string } {
  const header = bytes.subarray(0, headerLength)
  const { name, keyId, length } = readHeader(bytes, path)
  const end = headerLength + length
  if (bytes.length < end + tagLength) throw fault('truncated', path)
  if (bytes.length > end + tagLength) throw fault('tampered', path)
  if (!keyId.equals(key.id)) throw fault('foreign-record', path)
  const own = ownKey(key, header)
  const decipher = createDecipheriv('aes-256-gcm', own.key, own.nonce, { authTagLength: tagLength })
  decipher.setAAD(header).setAuthTag(bytes.subarray(end))
  const plain = decipher.update(bytes.subarray(headerLength, end))
  try {
    decipher.final()
  } catch {
    throw fault('tampered', path)
  }
  return { name, text: plain.toString('utf8', 4, 4 + plain.readUInt32BE(0)) }
}

/** The name, key id and salt in a record, read without the key and not verified. The salt is unique to each write. */
export function readHeader(
  bytes: Buffer,
  path: string,
): { name: RecordName; keyId: Buffer; salt: string; length: number } {
  const known = Math.min(bytes.length, 10)
  if (!bytes.subarray(0, known).equals(magic.subarray(0, known))) throw fault('not-ours', path)
  if (bytes.length > 11 && bytes[10] !== type) throw fault('not-ours', path)
  if (bytes.length > 11 && bytes[11] !== version) throw fault('unknown-version', path)
  if (bytes.length < headerLength) throw fault('truncated', path)
  return {
    name: { folder: bytes.toString('hex', 20, 36), file: bytes.toString('hex', 36, saltAt) },
    keyId: bytes.subarray(12, 20),
    salt: bytes.toString('hex', saltAt, 84),
    length: bytes.readUInt32BE(84),
  }
}

/** Each write has its own key and nonce, so the number of writes is not limited by repeated nonces. */
function ownKey(key: VaultKey, header: Buffer): { key: Buffer; nonce: Buffer } {
  const bytes = expand('sha512', key.records, header.subarray(saltAt, 84))
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32, 44) }
}

/** Pads the text to a power of two, at least 512 bytes, so that the file's size hides its exact length. */
function padded(text: string): Buffer {
  const length = Buffer.byteLength(text)
  let size = 512
  while (size < 4 + length) size *= 2
  const plain = Buffer.alloc(size)
  plain.writeUInt32BE(length)
  plain.write(text, 4)
  return plain
}
