import type { Asker } from '../core/asker.ts'
import { type Owner, person } from '../core/credential.ts'
import type { Secret } from '../core/secret.ts'
import type { CallData } from '../tools/dialect.ts'

/** One call of a client's command, made by a process, a connection or a test. */
export interface Call extends CallData {
  /** The tool that asks. */
  readonly tool: Owner
  readonly input: CallInput
  readonly person: Person
  /** Sends output to the client. Throws a failure if it cannot be written. */
  print(output: Output): Promise<void>
}

export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** The client's input. */
export interface CallInput {
  /** The next bytes; `undefined` at the end. No bytes within `limit` milliseconds: `timeout`. */
  next(limit: number): Promise<Uint8Array | undefined>
  /** Whether a person types the input. */
  isTerminal(): Promise<boolean>
}

/** The person at the machine on which the call is made. */
export interface Person {
  /** Whether the person can answer a dialog of the keychain. */
  readonly present: boolean
  /** Whether standard error is a terminal. */
  isReading(): Promise<boolean>
  /** Writes to the standard error of the client, if that is a terminal. */
  tellPastClient(text: string): Promise<void>
  /** Asks on the terminal without echo. No terminal: `refused`. */
  ask(question: string): Promise<Secret>
  /** Whether the person must not be asked to open a store. */
  readonly undisturbed: boolean
}

/**
 * The asker for the stores. Only a person's own command may ask for a passphrase: a tool's call must not stop to ask.
 */
export function askerOf({ tool, person: { present, ask, undisturbed } }: Pick<Call, 'tool' | 'person'>): Asker {
  return { tool, personPresent: present, ...(tool === person && !undisturbed ? { ask } : {}) }
}
