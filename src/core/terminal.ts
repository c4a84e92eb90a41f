import type { Secret } from './secret.ts'

/** Where a person sits. Data goes to standard output, everything that is said to standard error. */
export interface Terminal {
  readonly inIsTerminal: boolean
  readonly outIsTerminal: boolean
  out(text: string): void
  say(text: string): void
  /** Asks on the terminal itself, whatever the standard streams carry. Nobody there: `refused`. */
  ask(question: string): Promise<string>
  /** The same, and nothing of what is typed is shown, nor how long it is. */
  askSecret(question: string): Promise<Secret>
  confirm(question: string): Promise<boolean>
  /** A secret from standard input: all of it but one line end. */
  readSecret(): Promise<Secret>
}
