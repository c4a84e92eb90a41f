import { parse, withHostname } from 'host:url'

/* https://url.spec.whatwg.org, the part that src/ uses. */

type Parts = NonNullable<ReturnType<typeof parse>>

export class URL {
  protected parts: Parts

  constructor(text: string) {
    const parts = parse(text.toWellFormed())
    if (parts === undefined) throw Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' })
    this.parts = parts
  }

  static canParse(text: string): boolean {
    return parse(text.toWellFormed()) !== undefined
  }

  get href(): string {
    return this.parts[0]
  }

  get username(): string {
    return this.parts[1]
  }

  get hostname(): string {
    return this.parts[2]
  }

  /** An invalid host leaves it unchanged. */
  set hostname(name: string) {
    this.parts = withHostname(this.href, name.toWellFormed())
  }
}
