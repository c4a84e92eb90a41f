import type { Variant } from '../../dbus/value.ts'
import type { WireSecret } from './calls.ts'

/** How secrets cross the bus: as they are, or under a key that only we and the Secret Service know. */
export interface Session {
  readonly path: string
  /** A secret as it goes out. */
  seal(secret: Uint8Array): WireSecret
  /** A secret that came in; the other one than was sealed is `malformed`. */
  open(secret: WireSecret): Uint8Array
}

/** Asks for a session by an algorithm; what the Secret Service answers. `unsupported` if it does not know it. */
export type OpenSession = (algorithm: string, input: Variant) => Promise<readonly [output: Variant, path: string]>

export const contentType = 'text/plain'
