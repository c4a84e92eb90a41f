import { Failure } from './failure.ts'

const shown = '[secret]'

/**
 * A text that must not be shown. Printing, logging, inspecting, serializing or joining it yields a placeholder. Only
 * `expose` returns the text: search for that word in a review.
 */
export class Secret {
  readonly #text: string

  /** Accepts any Unicode text, also an empty one. A lone surrogate has no UTF-8 form and is `malformed`. */
  constructor(text: string) {
    if (!text.isWellFormed()) throw new Failure('malformed', 'the secret is not valid Unicode text')
    this.#text = text
  }

  /** The text, for a wire or a store. */
  expose(): string {
    return this.#text
  }

  equals(other: Secret): boolean {
    return this.#text === other.expose()
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown
  }
}
