import * as host from 'host:crypto'
import { random } from 'host:process'
import { Buffer } from '../node/buffer.ts'

/* https://www.w3.org/TR/WebCryptoAPI, what a public client of OAuth needs: random numbers, digests, and keys that verify. */

type Source = ArrayBuffer | Uint8Array

interface Algorithm {
  readonly name: string
  readonly hash?: { readonly name: string }
  readonly namedCurve?: string
  readonly modulusLength?: number
}

type Named =
  | string
  | { readonly name: string; readonly hash?: string | { readonly name: string }; readonly namedCurve?: string }

interface Jwk {
  readonly kty?: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
}

/** A public key. */
export class CryptoKey {
  readonly type = 'public'
  readonly extractable: boolean
  readonly algorithm: Algorithm
  readonly usages: readonly string[]
  /** The numbers or the point of the key. */
  readonly #material: readonly Uint8Array[]

  constructor(algorithm: Algorithm, extractable: boolean, usages: readonly string[], material: readonly Uint8Array[]) {
    this.algorithm = algorithm
    this.extractable = extractable
    this.usages = usages
    this.#material = material
  }

  get [Symbol.toStringTag](): string {
    return 'CryptoKey'
  }

  static materialOf(key: CryptoKey): readonly Uint8Array[] {
    return key.#material
  }
}

export const crypto = {
  getRandomValues<Values extends Uint8Array>(values: Values): Values {
    random(values)
    return values
  },

  /** https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
  randomUUID(): string {
    const bytes = Buffer.alloc(16)
    random(bytes)
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  },

  subtle: {
    async digest(algorithm: Named, source: Source): Promise<ArrayBuffer> {
      return host.digest(nameOf(algorithm).replace('SHA-', 'sha'), bytesOf(source)).buffer
    },

    async importKey(
      format: string,
      key: Jwk,
      algorithm: Named,
      extractable: boolean,
      usages: readonly string[],
    ): Promise<CryptoKey> {
      if (format !== 'jwk' || usages.some((usage) => usage !== 'verify')) throw unsupported()
      const [kept, material] = imported(key, nameOf(algorithm), algorithm)
      return new CryptoKey(kept, extractable, usages, material)
    },

    async verify(algorithm: Named, key: CryptoKey, signature: Source, data: Source): Promise<boolean> {
      if (nameOf(algorithm) !== key.algorithm.name || !key.usages.includes('verify')) throw invalid()
      return verified(algorithm, key, bytesOf(signature), bytesOf(data))
    },
  },
}

function imported(key: Jwk, name: string, algorithm: Named): readonly [Algorithm, readonly Uint8Array[]] {
  switch (name) {
    case 'RSASSA-PKCS1-v1_5':
    case 'RSA-PSS': {
      const [n, e] = [numberIn(key, 'RSA', key.n), numberIn(key, 'RSA', key.e)]
      return [{ name, hash: { name: hashOf(algorithm) }, modulusLength: bitsOf(n) }, [n, e]]
    }
    case 'ECDSA': {
      const namedCurve = typeof algorithm === 'string' ? '' : (algorithm.namedCurve ?? '')
      const size = { 'P-256': 32, 'P-384': 48 }[namedCurve]
      if (size === undefined) throw unsupported()
      const [x, y] = [numberIn(key, 'EC', key.x), numberIn(key, 'EC', key.y)]
      if (key.crv !== namedCurve || x.length !== size || y.length !== size) throw invalid()
      return [{ name, namedCurve }, [Buffer.concat([Buffer.from([4]), x, y])]]
    }
    case 'Ed25519': {
      const x = numberIn(key, 'OKP', key.x)
      if (key.crv !== name || x.length !== 32) throw invalid()
      return [{ name }, [x]]
    }
    default:
      throw unsupported()
  }
}

function verified(algorithm: Named, key: CryptoKey, signature: Uint8Array, data: Uint8Array): boolean {
  const [first = new Uint8Array(), second = new Uint8Array()] = CryptoKey.materialOf(key)
  const { name, hash, namedCurve } = key.algorithm
  switch (name) {
    case 'RSASSA-PKCS1-v1_5':
      return host.verifyRsa(`RS${bits(hash?.name)}`, first, second, data, signature)
    case 'RSA-PSS':
      return host.verifyRsa(`PS${bits(hash?.name)}`, first, second, data, signature)
    case 'ECDSA':
      if (bits(hashOf(algorithm)) !== bits(namedCurve)) throw unsupported()
      return host.verifyEcdsa(`ES${bits(namedCurve)}`, first, data, signature)
    default:
      return host.verifyEd25519(first, data, signature)
  }
}

/** The number in `SHA-256` or `P-256`. */
function bits(name = ''): string {
  return name.slice(name.indexOf('-') + 1)
}

function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (number.length - first) * 8 - Math.clz32(number[first] ?? 0) + 24
}

function numberIn({ kty }: Jwk, expected: string, text: string | undefined): Uint8Array {
  if (kty !== expected || text === undefined || !/^[\w-]+$/.test(text)) throw invalid()
  return Buffer.from(text, 'base64url')
}

function nameOf(algorithm: Named): string {
  return typeof algorithm === 'string' ? algorithm : algorithm.name
}

function hashOf(algorithm: Named): string {
  const { hash = '' } = typeof algorithm === 'string' ? {} : algorithm
  return typeof hash === 'string' ? hash : hash.name
}

function bytesOf(source: Source): Uint8Array {
  return source instanceof ArrayBuffer ? new Uint8Array(source) : source
}

/** https://webidl.spec.whatwg.org/#idl-DOMException-error-names */
function invalid(): Error {
  return Object.assign(new Error('Invalid key data'), { name: 'DataError' })
}

function unsupported(): Error {
  return Object.assign(new Error('Unrecognized algorithm name'), { name: 'NotSupportedError' })
}
