import type { Owner } from './credential.ts'
import type { Secret } from './secret.ts'

/** Who makes a request, and whether a person can be asked while it runs. Every request to a store has one. */
export interface Asker {
  /** The tool that asks; `person` for a command that a person typed. */
  readonly tool: Owner
  /** Whether a person can answer a dialog of the keychain. */
  readonly personPresent: boolean
  /** Asks on the person's terminal, without echo. Without a terminal: `refused`. Absent if no question may be asked. */
  readonly ask?: (question: string) => Promise<Secret>
  /** Results that a store reuses within one call. Absent if the requests belong to several calls. */
  readonly memory?: CallMemory
}

/** The key is an object that the store owns. */
export type CallMemory = WeakMap<object, unknown>

/** The same asker without questions on the terminal. A keychain may still show its dialog. */
export function withoutQuestions({ ask: _, ...asker }: Asker): Asker {
  return asker
}

/** The same asker without dialogs and questions. */
export function withoutPerson({ tool }: Asker): Asker {
  return { tool, personPresent: false }
}
