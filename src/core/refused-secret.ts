import type { Credential } from './credential.ts'
import { withoutResult } from './minted.ts'
import { refusedToken } from './token.ts'

/**
 * The credential after a server refused its current secret, so that the next lookup gets another one. `undefined` if no
 * other can be had: it renews nothing, or the secret was itself the replacement of one that was refused.
 */
export function withoutRefused(stored: Credential): Credential | undefined {
  return stored.kind === 'minted' ? withoutResult(stored) : refusedToken(stored)
}
