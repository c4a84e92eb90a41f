import { formOf, parse, parseForm, part, resolve, withPart } from 'host:url'
import { URL as Core } from '../node/url.ts'

/* https://url.spec.whatwg.org, with what clients of HTTP use of it. */

type Pair = [name: string, value: string]

export class URLSearchParams {
  #pairs: Pair[]
  #changed: (() => void) | undefined

  constructor(init: string | Iterable<readonly [string, string]> | Readonly<Record<string, string>> = '') {
    if (typeof init === 'string') this.#pairs = pairsIn(init)
    else {
      const pairs = Symbol.iterator in init ? (init as Iterable<readonly [string, string]>) : Object.entries(init)
      this.#pairs = [...pairs].map(([name, value]) => [`${name}`, `${value}`])
    }
  }

  /** The parameters of a URL, which hears of each change. */
  static of(search: string, changed: (text: string) => void): URLSearchParams {
    const parameters = new URLSearchParams(search)
    parameters.#changed = () => changed(parameters.toString())
    return parameters
  }

  get [Symbol.toStringTag](): string {
    return 'URLSearchParams'
  }

  get size(): number {
    return this.#pairs.length
  }

  append(name: string, value: string): void {
    this.#change([...this.#pairs, [name, `${value}`]])
  }

  delete(name: string): void {
    this.#change(this.#pairs.filter(([it]) => it !== name))
  }

  get(name: string): string | null {
    return this.getAll(name)[0] ?? null
  }

  getAll(name: string): string[] {
    return this.#pairs.filter(([it]) => it === name).map(([, value]) => value)
  }

  has(name: string): boolean {
    return this.#pairs.some(([it]) => it === name)
  }

  set(name: string, value: string): void {
    const first = this.#pairs.findIndex(([it]) => it === name)
    if (first < 0) this.append(name, value)
    else {
      const others = this.#pairs.filter(([it], at) => at <= first || it !== name)
      this.#change(others.with(first, [name, `${value}`]))
    }
  }

  forEach(act: (value: string, name: string) => void): void {
    for (const [name, value] of this.#pairs) act(value, name)
  }

  keys(): IterableIterator<string> {
    return this.#pairs.map(([name]) => name).values()
  }

  values(): IterableIterator<string> {
    return this.#pairs.map(([, value]) => value).values()
  }

  entries(): IterableIterator<Pair> {
    return [...this.#pairs].values()
  }

  [Symbol.iterator](): IterableIterator<Pair> {
    return this.entries()
  }

  toString(): string {
    return formOf(this.#pairs.flat().map((text) => text.toWellFormed()))
  }

  #change(pairs: Pair[]): void {
    this.#pairs = pairs
    this.#changed?.()
  }
}

function pairsIn(text: string): Pair[] {
  const all = parseForm((text.startsWith('?') ? text.slice(1) : text).toWellFormed())
  return all.flatMap((name, at): Pair[] => (at % 2 === 0 ? [[name, all[at + 1] ?? '']] : []))
}

export class URL extends Core {
  constructor(text: string | { toString(): string }, base?: string | { toString(): string }) {
    const whole = base === undefined ? `${text}` : resolve(`${text}`.toWellFormed(), `${base}`.toWellFormed())?.[0]
    super(whole ?? '')
  }

  get [Symbol.toStringTag](): string {
    return 'URL'
  }

  static override canParse(text: string, base?: string): boolean {
    return (base === undefined ? parse(text.toWellFormed()) : resolve(text.toWellFormed(), base)) !== undefined
  }

  get searchParams(): URLSearchParams {
    return URLSearchParams.of(this.search, (text) => {
      this.search = text
    })
  }

  override toString(): string {
    return this.href
  }

  toJSON(): string {
    return this.href
  }

  get origin(): string {
    return this.#part('origin')
  }

  get protocol(): string {
    return this.#part('protocol')
  }

  get password(): string {
    return this.#part('password')
  }

  get host(): string {
    return this.#part('host')
  }

  get port(): string {
    return this.#part('port')
  }

  get pathname(): string {
    return this.#part('pathname')
  }

  set pathname(value: string) {
    this.#set('pathname', value)
  }

  get search(): string {
    return this.#part('search')
  }

  set search(value: string) {
    this.#set('search', value)
  }

  get hash(): string {
    return this.#part('hash')
  }

  set hash(value: string) {
    this.#set('hash', value)
  }

  #part(name: string): string {
    return part(this.href, name) ?? ''
  }

  #set(name: string, value: string): void {
    this.parts = withPart(this.href, name, value.toWellFormed()) ?? this.parts
  }
}
