import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { shellWord } from '../../core/hint.ts'
import type { PlainSecret, SetupOptions } from '../tool.ts'
import type { Found } from './auths.ts'

/** Who would look for a sign-in here once it was moved. */
export interface Asked {
  isAsked(at: Address): boolean
  /** What is said where credbridge is not asked. */
  readonly without: string
  /** The command that mends it. */
  readonly setup: string
}

/**
 * Of what was found only what its client asks credbridge for: it would be signed out of the rest. Nothing of it: `refused`.
 * Copies leave everything where it is, and a preview shows it.
 */
export function onlyAsked({ secrets, remarks }: Found, options: SetupOptions, asked: Asked): Found {
  const unasked = options['keep'] === true ? [] : secrets.filter((secret) => !isAsked(secret, asked))
  const { without, setup } = asked
  if (unasked.length > 0 && unasked.length === secrets.length) {
    if (options['dryRun'] === true) return { secrets, remarks: [...remarks, `${without}: ${setup}`] }
    throw new Failure('refused', without, { hints: [setup, 'to copy only, add --keep'] })
  }
  const left = unasked.map(
    (secret) => `${secret.where}: stays, ${without}: ${setup} --registry ${shellWord(registryIn(secret))}`,
  )
  return { secrets: secrets.filter((secret) => !unasked.includes(secret)), remarks: [...remarks, ...left] }
}

function isAsked({ credential: { endpoint } }: PlainSecret, asked: Asked): boolean {
  return endpoint.form === 'address' && asked.isAsked(endpoint)
}

function registryIn({ credential: { endpoint } }: PlainSecret): string {
  return endpoint.form === 'address' ? hostAndPort(endpoint) : endpoint.key
}
