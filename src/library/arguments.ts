/** A mistake in the program that called: an argument of the wrong type. The message names types, never values. */
export class ArgumentTypeError extends TypeError {
  /** As Node's own functions say it. */
  readonly code = 'ERR_INVALID_ARG_TYPE'

  constructor(message: string) {
    super(message)
    this.name = 'ArgumentTypeError'
  }
}

/** Refuses what is no string, under the name that the caller knows it by. */
export function mustBeStrings(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string') throw new ArgumentTypeError(`${name} must be a string, not ${typeOf(value)}`)
  }
}

/** What a value is, for a message: `null`, `undefined`, `number`, `array`, … */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
