import { Buffer } from '../node/buffer.ts'
import { Headers } from './headers.ts'

/* https://fetch.spec.whatwg.org/#response-class, for an answer whose body is complete. */

interface Init {
  readonly status?: number
  readonly headers?: Headers | Readonly<Record<string, string>>
}

export class Response {
  readonly status: number
  readonly headers: Headers
  readonly statusText = ''
  readonly type = 'default'
  readonly url = ''
  readonly redirected = false
  /** There is no stream. */
  readonly body = null
  readonly #bytes: Uint8Array
  #isUsed = false

  constructor(body: Uint8Array | string | null = null, { status = 200, headers = {} }: Init = {}) {
    if (!(status >= 200 && status <= 599)) throw new RangeError('Invalid status')
    this.status = status
    this.headers = new Headers(headers)
    this.#bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0))
  }

  get [Symbol.toStringTag](): string {
    return 'Response'
  }

  get ok(): boolean {
    return this.status <= 299
  }

  get bodyUsed(): boolean {
    return this.#isUsed
  }

  clone(): Response {
    if (this.#isUsed) throw new TypeError('Body has already been consumed')
    return new Response(this.#bytes, this)
  }

  async text(): Promise<string> {
    if (this.#isUsed) throw new TypeError('Body has already been consumed')
    this.#isUsed = true
    const bytes = Buffer.concat([this.#bytes])
    const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    return bytes.toString('utf8', mark ? 3 : 0)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
}
