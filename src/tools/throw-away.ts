/** A random word for a throw-away credential, which a proof stores, finds and removes. It protects nothing. */
export function throwAwayWord(): string {
  return Math.random().toString(36).slice(2).padEnd(4, '0')
}
