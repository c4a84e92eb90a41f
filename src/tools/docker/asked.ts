import type { Credential } from '../../core/credential.ts'
import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { shellWord } from '../../core/hint.ts'
import type { NotAsking, PlainSecret } from '../tool.ts'
import type { Found } from './auths.ts'

/** Which registries a client asks credbridge about. */
export interface Asking extends NotAsking {
  isAsked(at: Address): boolean
}

/** What was found, each with whether its client asks credbridge about it. */
export function withAsking({ secrets, remarks }: Found, { isAsked, why, setup }: Asking): Found {
  const isAskedAbout = ({ credential: { endpoint } }: PlainSecret) => endpoint.form === 'address' && isAsked(endpoint)
  const some = secrets.some(isAskedAbout)
  const setupFor = ({ endpoint }: Credential) =>
    some && endpoint.form === 'address' ? `${setup} --registry ${shellWord(hostAndPort(endpoint))}` : setup
  return {
    secrets: secrets.map((secret) => ({
      ...secret,
      asks: isAskedAbout(secret) || { why, setup: setupFor(secret.credential) },
    })),
    remarks,
  }
}
