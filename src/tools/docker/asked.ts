import type { Credential } from '../../core/credential.ts'
import { type Address, hostAndPort } from '../../core/endpoint.ts'
import type { Hint } from '../../core/hint.ts'
import type { FoundSecrets, NotAsking, PlainSecret } from '../tool.ts'

/** Which registries a client asks credbridge about. */
export interface Asking extends Pick<NotAsking, 'why'> {
  isAsked(at: Address): boolean
  /** The command that makes it ask, with further words. */
  setup(words: readonly string[]): Hint
}

/** Adds to each secret whether its client asks credbridge about it. */
export function withAsking({ secrets, remarks }: FoundSecrets, { isAsked, why, setup }: Asking): FoundSecrets {
  const isAskedAbout = ({ credential: { endpoint } }: PlainSecret) => endpoint.form === 'address' && isAsked(endpoint)
  const some = secrets.some(isAskedAbout)
  const setupFor = ({ endpoint }: Credential) =>
    setup(some && endpoint.form === 'address' ? ['--registry', hostAndPort(endpoint)] : [])
  return {
    secrets: secrets.map((secret) => ({
      ...secret,
      asks: isAskedAbout(secret) || { why, setup: setupFor(secret.credential) },
    })),
    remarks,
  }
}
