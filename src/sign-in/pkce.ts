import { createHash, randomBytes } from 'node:crypto'

/** The secret of one sign-in, which only who began it can show at its end (RFC 7636, 4.1). */
export function newVerifier(): string {
  return randomBytes(32).toString('base64url')
}

/** What is sent at the beginning. */
export function challengeOf(verifier: string): {
  readonly code_challenge: string
  readonly code_challenge_method: 'S256'
} {
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  return { code_challenge, code_challenge_method: 'S256' }
}
