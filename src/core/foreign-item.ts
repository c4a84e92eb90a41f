import type { Failure } from './failure.ts'
import type { Secret } from './secret.ts'

/** An item that another program stored, with its attributes. */
export interface ForeignItem {
  readonly attributes: Readonly<Record<string, string>>
  /** The failure says why the keychain does not give this secret. It may still give the others. */
  readonly secret: Secret | Failure
  /** Removes it for good. Does nothing if it no longer exists. */
  remove(): Promise<void>
}
