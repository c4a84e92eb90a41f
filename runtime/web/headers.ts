/* https://fetch.spec.whatwg.org/#headers-class, for the answers and requests of our own client. */

type Pairs = Iterable<readonly [name: string, value: string]>

export class Headers {
  readonly #values = new Map<string, string>()

  constructor(init: Headers | Pairs | Readonly<Record<string, string>> = {}) {
    const pairs = Symbol.iterator in init ? (init as Pairs) : Object.entries(init)
    for (const [name, value] of pairs) this.append(name, value)
  }

  get [Symbol.toStringTag](): string {
    return 'Headers'
  }

  append(name: string, value: string): void {
    const before = this.get(name)
    this.set(name, before === null ? value : `${before}, ${normal(value)}`)
  }

  delete(name: string): void {
    this.#values.delete(key(name))
  }

  get(name: string): string | null {
    return this.#values.get(key(name)) ?? null
  }

  has(name: string): boolean {
    return this.#values.has(key(name))
  }

  set(name: string, value: string): void {
    this.#values.set(key(name), normal(value))
  }

  /** Sorted by name. */
  entries(): IterableIterator<[string, string]> {
    return [...this.#values].sort(([one], [other]) => (one < other ? -1 : 1)).values()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
function key(name: string): string {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw new TypeError('Invalid header name')
  return name.toLowerCase()
}

/** A value is a string of bytes without line breaks: https://fetch.spec.whatwg.org/#header-value */
function normal(value: string): string {
  const trimmed = `${value}`.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
  if (/[\0\r\n]|[^\0-\xff]/.test(trimmed)) throw new TypeError('Invalid header value')
  return trimmed
}
