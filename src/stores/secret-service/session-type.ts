import type { Variant } from '../../dbus/value.ts'
import type { WireSecret } from './calls.ts'

/** How secrets cross the bus: unencrypted, or encrypted with a key that only we and the Secret Service know. */
export interface Session {
  readonly path: string
  /** Prepares a secret for sending. */
  seal(secret: Uint8Array): WireSecret
  /** Reads a received secret. One that cannot be decrypted is `malformed`. */
  open(secret: WireSecret): Uint8Array
}

/** Asks for a session with an algorithm and returns the answer. Unknown algorithm: `unsupported`. */
export type OpenSession = (algorithm: string, input: Variant) => Promise<readonly [output: Variant, path: string]>

export const contentType = 'text/plain'
