import type { Owner } from './credential.ts'
import type { Secret } from './secret.ts'

/** Who makes a request, and whether a person can be asked while it runs. Each request to a store carries one. */
export interface Asker {
  /** The tool that asks; `person` for what people type. */
  readonly tool: Owner
  /** Somebody can answer a dialog of the keychain. */
  readonly personPresent: boolean
  /** Asks a question on the person's terminal, without echo. Absent where nobody is to be asked. Nobody there: `refused`. */
  readonly ask?: (question: string) => Promise<Secret>
  /** What a store found out during this one call, and asks no more; absent where requests are not all of one call. */
  readonly memory?: CallMemory
}

/** By an object of the store's own. */
export type CallMemory = WeakMap<object, unknown>

/** The same asker, where no dialog may open and no question may be asked. */
export function withoutPerson({ tool }: Asker): Asker {
  return { tool, personPresent: false }
}
