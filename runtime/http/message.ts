import { chunkSize, head, trailers } from 'host:http'
import type { Incoming, Outgoing } from '../../src/system/http/exchange.ts'
import type { Stream } from './stream.ts'

/* Messages of HTTP/1.1: https://www.rfc-editor.org/rfc/rfc9112. */

/** The longest head, and the longest line of a chunk, as on Node. */
const longestHead = 16_384

/** Thrown when a body is longer than the limit. */
export const tooLarge = Symbol('too large')

export function requestText(method: string, target: string, headers: Outgoing['headers']): Uint8Array {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

interface Head {
  readonly status: number
  readonly headers: Incoming['headers']
}

export class Answer {
  readonly #stream: Stream
  #rest: Buffer = Buffer.alloc(0)
  #isOver = false

  constructor(stream: Stream) {
    this.#stream = stream
  }

  /** The head of the answer. What a server says before it is skipped. */
  async head(): Promise<Head> {
    for (;;) {
      const [status = '', ...texts] = await this.#parsed((bytes) => {
        const [length, ...found] = head(bytes) ?? []
        return length === undefined ? undefined : [Number(length), found]
      })
      const headers = texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : []))
      if (Number(status) > 199 || status === '101') return { status: Number(status), headers }
    }
  }

  async body(method: string, { status, headers }: Head, longest: number): Promise<Uint8Array<ArrayBuffer>> {
    const values = (wanted: string) =>
      headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
    const [lengths, codings] = [values('content-length'), values('transfer-encoding')]
    if (method === 'HEAD' || status === 204 || status === 304) return new Uint8Array()
    if (codings.length > 0) {
      if (lengths.length > 0 || codings.join().toLowerCase() !== 'chunked') throw notHttp()
      return this.#chunks(longest)
    }
    if (lengths.length === 0) return this.#untilEnd(longest)
    const [length = ''] = lengths
    if (lengths.length > 1 || !/^\d+$/.test(length)) throw notHttp()
    if (Number(length) > longest) throw tooLarge
    return this.#exactly(Number(length))
  }

  async #chunks(longest: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Buffer[] = []
    for (let whole = 0; ; ) {
      const size = await this.#parsed(chunkSize)
      if (size === 0) break
      whole += size
      if (whole > longest) throw tooLarge
      parts.push(await this.#exactly(size))
      if (!(await this.#exactly(2)).equals(Buffer.from('\r\n'))) throw notHttp()
    }
    await this.#parsed((bytes) => {
      const length = trailers(bytes)
      return length === undefined ? undefined : [length, undefined]
    })
    return whole(parts)
  }

  async #untilEnd(longest: number): Promise<Uint8Array<ArrayBuffer>> {
    while (await this.#more()) if (this.#rest.length > longest) throw tooLarge
    return whole([this.#rest])
  }

  async #exactly(count: number): Promise<Buffer<ArrayBuffer>> {
    const parts: Buffer[] = []
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) await this.#needMore()
      const part = this.#rest.subarray(0, left)
      parts.push(part)
      left -= part.length
      this.#rest = this.#rest.subarray(part.length)
    }
    return whole(parts)
  }

  /** Reads until the start of what has come is a whole part. */
  async #parsed<Part>(parse: (bytes: Uint8Array) => [length: number, part: Part] | undefined): Promise<Part> {
    for (;;) {
      const found = parse(this.#rest)
      if (found !== undefined) {
        this.#rest = this.#rest.subarray(found[0])
        return found[1]
      }
      if (this.#rest.length > longestHead) throw notHttp()
      await this.#needMore()
    }
  }

  async #needMore(): Promise<void> {
    if (await this.#more()) return
    throw Object.assign(new Error('the connection has ended'), { code: 'ECONNRESET' })
  }

  /** Whether there was more. */
  async #more(): Promise<boolean> {
    if (this.#isOver) return false
    const bytes = await this.#stream.receive()
    this.#isOver = bytes.length === 0
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes])
    return !this.#isOver
  }
}

function whole(parts: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  return Buffer.concat(parts) as Buffer<ArrayBuffer>
}

function notHttp(): Error {
  return Object.assign(new Error('the answer is not HTTP'), { code: 'HPE_INVALID' })
}
