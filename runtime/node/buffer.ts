import { decode, decodeUtf8, encode, encodeInto, isUtf8 as isValid } from 'host:text'

/* https://nodejs.org/api/buffer.html, the part that src/ uses. */

export type Encoding = 'utf8' | 'utf-8' | 'latin1' | 'binary' | 'ascii' | 'hex' | 'base64' | 'base64url'
type Source = string | ArrayBuffer | ArrayLike<number>

export function isUtf8(bytes: Uint8Array): boolean {
  return isValid(bytes)
}

/** Its `from` has other parameters than the array's. */
const Bytes = Uint8Array as unknown as new (
  source: number | ArrayBuffer,
  offset?: number,
  length?: number,
) => Uint8Array<ArrayBuffer>

export class Buffer extends Bytes {
  static from(source: Source, encoding: Encoding | number = 'utf8', length?: number): Buffer {
    if (typeof source === 'string') {
      const { buffer } = encode(source.toWellFormed(), encoding as string)
      return new Buffer(buffer)
    }
    if (source instanceof ArrayBuffer) {
      return new Buffer(source, encoding === 'utf8' ? 0 : (encoding as number), length)
    }
    const bytes = new Buffer(source.length)
    bytes.set(source)
    return bytes
  }

  static alloc(size: number, fill = 0): Buffer {
    return new Buffer(size).fill(fill)
  }

  static allocUnsafe(size: number): Buffer {
    return new Buffer(size)
  }

  static allocUnsafeSlow(size: number): Buffer {
    return new Buffer(size)
  }

  static isBuffer(value: unknown): boolean {
    return value instanceof Buffer
  }

  static byteLength(value: string | Uint8Array, encoding: Encoding = 'utf8'): number {
    return typeof value === 'string' ? encode(value.toWellFormed(), encoding).length : value.byteLength
  }

  static concat(list: readonly Uint8Array[], size = list.reduce((sum, { length }) => sum + length, 0)): Buffer {
    const whole = new Buffer(size)
    let at = 0
    for (const part of list) {
      const left = size - at
      whole.set(part.length > left ? part.subarray(0, left) : part, at)
      at = Math.min(at + part.length, size)
    }
    return whole
  }

  static compare(one: Uint8Array, other: Uint8Array): -1 | 0 | 1 {
    const shorter = Math.min(one.length, other.length)
    for (let at = 0; at < shorter; at++) {
      const difference = (one[at] ?? 0) - (other[at] ?? 0)
      if (difference !== 0) return difference < 0 ? -1 : 1
    }
    return Math.sign(one.length - other.length) as -1 | 0 | 1
  }

  override toString(encoding: Encoding = 'utf8', start = 0, end = this.length): string {
    const from = start < 0 ? 0 : start
    const until = end < 0 ? 0 : end
    const isUsual = encoding === 'utf8' || encoding === 'utf-8'
    return isUsual ? decodeUtf8(this, from, until) : decode(this, from, until, encoding)
  }

  write(text: string, offset = 0, encoding: Encoding = 'utf8'): number {
    if (encoding === 'utf8') return encodeInto(text.toWellFormed(), this, offset)
    const bytes = encode(text.toWellFormed(), encoding).subarray(0, this.length - offset)
    this.set(bytes, offset)
    return bytes.length
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && Buffer.compare(this, other) === 0
  }

  compare(other: Uint8Array): -1 | 0 | 1 {
    return Buffer.compare(this, other)
  }

  copy(target: Uint8Array, targetStart = 0, start = 0, end = this.length): number {
    const part = this.subarray(start, Math.min(end, start + target.length - targetStart))
    target.set(part, targetStart)
    return part.length
  }

  override slice(start?: number, end?: number): Buffer {
    return this.subarray(start, end)
  }

  override subarray(start?: number, end?: number): Buffer {
    return super.subarray(start, end) as Buffer
  }

  override indexOf(value: number | string | Uint8Array, from = 0): number {
    if (typeof value === 'number') return super.indexOf(value, from)
    const wanted = typeof value === 'string' ? Buffer.from(value) : value
    const last = this.length - wanted.length
    for (let at = from; at <= last; at++) {
      if (wanted.every((byte, index) => this[at + index] === byte)) return at
    }
    return -1
  }

  override includes(value: number | string | Uint8Array, from = 0): boolean {
    return this.indexOf(value, from) >= 0
  }

  readUInt32BE(offset = 0): number {
    return this.#view().getUint32(offset)
  }

  writeUInt32BE(value: number, offset = 0): number {
    this.#view().setUint32(offset, value)
    return offset + 4
  }

  #view(): DataView {
    return new DataView(this.buffer, this.byteOffset, this.length)
  }
}
