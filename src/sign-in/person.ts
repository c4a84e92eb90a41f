import type { Hint } from '../core/hint.ts'
import type { Secret } from '../core/secret.ts'

/** The person who signs in, as the sign-in sees them. */
export interface Person {
  /** Whether somebody can answer. */
  readonly isThere: boolean
  say(line: string): void
  ask(question: string): Promise<string>
  askSecret(question: string): Promise<Secret>
  confirm(question: string, otherwise?: Hint): Promise<boolean>
  /** Reads a secret from standard input, where nobody is there. */
  readSecret(): Promise<Secret>
  /** Shows a page. False if it is shown to nobody. */
  open(url: string): Promise<boolean>
}
