import { Failure } from './failure.ts'

const shown = '[secret]'

/**
 * A text that must not be seen. Printing, logging, inspecting, serializing or joining it gives a placeholder;
 * the only way out is `expose`, which is the word to look for in a review.
 */
export class Secret {
  readonly #text: string

  /** Any Unicode text, the empty one included. A lone surrogate has no UTF-8 form and is `malformed`. */
  constructor(text: string) {
    if (!text.isWellFormed()) throw new Failure('malformed', 'the secret is not valid Unicode text')
    this.#text = text
  }

  /** The text itself, for the wire or the store that needs it. */
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
