/** The calling program passed an argument of the wrong type. The message names types, never values. */
export class ArgumentTypeError extends TypeError {
  /** Same code as in Node's own functions. */
  readonly code = 'ERR_INVALID_ARG_TYPE'

  constructor(message: string) {
    super(message)
    this.name = 'ArgumentTypeError'
  }
}

/** Throws unless all values are strings. The keys are the parameter names. */
export function mustBeStrings(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string') throw new ArgumentTypeError(`${name} must be a string, not ${typeOf(value)}`)
  }
}

/** The type of a value, for a message: `null`, `undefined`, `number`, `array`, … */
export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
