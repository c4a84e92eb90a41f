import * as host from 'host:crypto'
import { random } from 'host:process'
import { Buffer, type Encoding } from './buffer.ts'

/* https://nodejs.org/api/crypto.html, the part that src/ uses. */

type Bytes = Uint8Array | string

function bytesOf(value: Bytes): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : value
}

function buffer(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return new Buffer(bytes.buffer)
}

export function randomBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count)
  random(bytes)
  return bytes
}

/** Collects bytes and computes its result from all of them at the end. */
class Gathering {
  readonly #parts: Uint8Array[] = []
  readonly #compute: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>

  constructor(compute: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>) {
    this.#compute = compute
  }

  update(bytes: Bytes): this {
    this.#parts.push(bytesOf(bytes))
    return this
  }

  digest(): Buffer
  digest(encoding: Encoding): string
  digest(encoding?: Encoding): Buffer | string {
    const digest = buffer(this.#compute(Buffer.concat(this.#parts)))
    return encoding === undefined ? digest : digest.toString(encoding)
  }
}

export function createHash(algorithm: string): Gathering {
  return new Gathering((bytes) => host.digest(algorithm, bytes))
}

export function createHmac(algorithm: string, key: Bytes): Gathering {
  return new Gathering((bytes) => host.hmac(algorithm, bytesOf(key), bytes))
}

export function hkdfSync(_sha256: 'sha256', key: Bytes, salt: Bytes, info: Bytes, length: number): ArrayBuffer {
  return host.hkdf(bytesOf(key), bytesOf(salt), bytesOf(info), length).buffer
}

export function scryptSync(
  password: Bytes,
  salt: Bytes,
  length: number,
  { N, r, p }: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem?: number },
): Buffer {
  return buffer(host.scrypt(bytesOf(password), bytesOf(salt), length, Math.log2(N), r, p))
}

const tagLength = 16

/** Takes the whole plaintext or ciphertext in one `update`. */
interface Cipher {
  setAAD(bytes: Uint8Array): this
  setAuthTag(tag: Uint8Array): this
  getAuthTag(): Buffer
  update(bytes: Bytes): Buffer
  final(): Buffer
}

export function createCipheriv(algorithm: string, key: Uint8Array, nonce: Uint8Array): Cipher {
  return cipher((bytes, associated) => {
    if (algorithm === 'aes-128-cbc') return { bytes: buffer(host.encryptCbc(key, nonce, bytes)) }
    const sealed = buffer(host.sealGcm(gcm(algorithm, key), nonce, associated, bytes))
    return { bytes: sealed.subarray(0, -tagLength), tag: sealed.subarray(-tagLength) }
  })
}

/** If the ciphertext is not authentic, `update` returns nothing and `final` throws. */
export function createDecipheriv(algorithm: string, key: Uint8Array, nonce: Uint8Array, _?: object): Cipher {
  return cipher((bytes, associated, tag) => {
    if (algorithm === 'aes-128-cbc') return { bytes: buffer(host.decryptCbc(key, nonce, bytes)) }
    const plain = host.openGcm(gcm(algorithm, key), nonce, associated, Buffer.concat([bytes, tag]))
    return plain === undefined ? {} : { bytes: buffer(plain) }
  })
}

function gcm(algorithm: string, key: Uint8Array): Uint8Array {
  if (algorithm === 'aes-256-gcm') return key
  throw new TypeError('Unknown cipher')
}

interface Outcome {
  readonly bytes?: Buffer
  readonly tag?: Buffer
}

function cipher(act: (bytes: Uint8Array, associated: Uint8Array, tag: Uint8Array) => Outcome): Cipher {
  let associated: Uint8Array = Buffer.alloc(0)
  let tag: Uint8Array = Buffer.alloc(0)
  let outcome: Outcome | undefined
  return {
    setAAD(bytes) {
      associated = bytes
      return this
    },
    setAuthTag(bytes) {
      if (bytes.length !== tagLength) throw new TypeError('Invalid authentication tag length')
      tag = bytes
      return this
    },
    getAuthTag: () => outcome?.tag ?? Buffer.alloc(0),
    update(bytes) {
      if (outcome !== undefined) throw new TypeError('all of it in one update')
      outcome = act(bytesOf(bytes), associated, tag)
      return outcome.bytes ?? Buffer.alloc(0)
    },
    final() {
      if (outcome?.bytes === undefined) throw new Error('Unsupported state or unable to authenticate data')
      return Buffer.alloc(0)
    },
  }
}

/** Diffie-Hellman in the only group that src/ uses. */
export function createDiffieHellmanGroup(group: string) {
  if (group !== 'modp2') throw new TypeError('Unknown DH group')
  const secret = randomBytes(groupLength)
  return {
    generateKeys: () => buffer(host.oakley2(Buffer.from([2]), secret)),
    computeSecret: (theirs: Uint8Array) => buffer(host.oakley2(theirs, secret)),
  }
}

const groupLength = 128

interface Jwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
}

/** An Ed25519 key. */
export function createPublicKey({ key }: { readonly key: Jwk; readonly format: string }): Buffer {
  if (key.kty !== 'OKP' || key.crv !== 'Ed25519') throw new TypeError('Invalid JWK data')
  return Buffer.from(key.x, 'base64url')
}

export function verify(_: null, bytes: Uint8Array, key: Uint8Array, signature: Uint8Array): boolean {
  return host.verifyEd25519(key, bytes, signature)
}
