import type { Hint } from './hint.ts'
import type { Secret } from './secret.ts'

/** A person's terminal. `out` writes data to standard output, `say` writes messages to standard error. */
export interface Terminal {
  readonly inIsTerminal: boolean
  readonly outIsTerminal: boolean
  /** The columns of the terminal that standard output is; absent where it is none. */
  readonly width: number | undefined
  /** Whether standard output may have colours. */
  readonly colours: boolean
  /** The same of standard error, for what is said. */
  readonly messages: { readonly width: number | undefined; readonly colours: boolean }
  out(text: string): void
  /** The hints and fixes in this text in the words of the person's shell. `say` does that by itself. */
  inShellWords(text: string): string
  say(text: string): void
  /** Shows what is going on now, in the place of the text before; `undefined` removes it. Only if standard error is a terminal. */
  progress(text: string | undefined): void
  /** Asks on the terminal itself, even if the standard streams are redirected. Without a terminal: `refused`. */
  ask(question: string): Promise<string>
  /** The same without echo; not even the length of the input is shown. */
  askSecret(question: string): Promise<Secret>
  /** `otherwise`: what a person can do where there is no terminal; absent: to add --yes. */
  confirm(question: string, ...otherwise: readonly Hint[]): Promise<boolean>
  /** The same, for what the person has just seen and can undo by one command: Enter alone means yes. */
  confirmByEnter(question: string, ...otherwise: readonly Hint[]): Promise<boolean>
  /** Reads all of standard input as a secret, without one trailing line end. */
  readSecret(): Promise<Secret>
}
