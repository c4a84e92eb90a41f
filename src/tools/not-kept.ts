import type { Kind } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { formatFailure } from '../core/failure-text.ts'
import { hint, placeWords } from '../core/hint.ts'
import { type Conversation, isPersonReading, tellPastClient } from './dialect.ts'

/** What a lookup looked for, and of which kind a person would keep it. */
export interface Wanted {
  readonly endpoint: Endpoint
  readonly account?: string | undefined
  readonly kind: Kind
  /** The client keeps what stands on standard error to itself. */
  readonly isHidden?: true
}

/** The command that would keep a credential for this very endpoint, for a person on the terminal; else nothing. */
export function* howToKeep(wanted: Wanted): Conversation<string> {
  if (yield* isPersonReading()) return notKept(wanted)
  if (wanted.isHidden === true) yield* tellPastClient(notKept(wanted))
  return ''
}

/** The failure of a tool that finds a credential and may not have it. */
export function notShared(tool: string, key: string): Failure {
  return new Failure('refused', `${tool} may not use the credential for ${key} yet`, {
    hints: [hint`credbridge share ${key} --with ${tool}`],
  })
}

/** That nothing is kept, and the command that would keep it. */
export function notKept({ endpoint, account, kind }: Wanted): string {
  const words = placeWords(endpoint, account === '' ? undefined : account)
  const options = kind === 'basic' ? [] : ['--kind', kind]
  return formatFailure(
    new Failure('refused', `nothing is kept for ${endpoint.key}`, {
      hints: [hint`credbridge set ${[...options, ...words]}`],
    }),
  )
}
