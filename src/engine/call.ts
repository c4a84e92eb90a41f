import type { Asker } from '../core/asker.ts'
import { type Owner, person } from '../core/credential.ts'
import type { Secret } from '../core/secret.ts'
import type { CallData } from '../tools/dialect.ts'

/** One call of a client's command, whoever makes it: a process, a connection, a test. */
export interface Call extends CallData {
  /** Who asks: the tool whose protocol this is. */
  readonly tool: Owner
  readonly input: CallInput
  readonly person: Person
  /** Takes what goes back to the client. What cannot be written is a failure. */
  print(output: Output): Promise<void>
}

export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** What the client writes, as it comes. */
export interface CallInput {
  /** The next bytes; `undefined` at the end. None within the limit, in milliseconds: `timeout`. */
  next(limit: number): Promise<Uint8Array | undefined>
  /** Whether a person types it. */
  isTerminal(): Promise<boolean>
}

/** The person at whose machine the call is made. */
export interface Person {
  /** Somebody can answer a dialog of the keychain. */
  readonly present: boolean
  /** What is said on standard error reaches a terminal. */
  isReading(): Promise<boolean>
  /** Asks on the terminal without echo. Nobody there: `refused`. */
  ask(question: string): Promise<Secret>
  /** Nobody may be asked to open a store. */
  readonly undisturbed: boolean
}

/** Who asks the stores. Only people's own commands may ask for what opens a store: a tool's call must not stop to ask. */
export function askerOf({ tool, person: { present, ask, undisturbed } }: Pick<Call, 'tool' | 'person'>): Asker {
  return { tool, personPresent: present, ...(tool === person && !undisturbed ? { ask } : {}) }
}
