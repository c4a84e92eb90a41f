import type { Members } from '../../core/record.ts'
import type { Secret } from '../../core/secret.ts'
import type { Reply } from './outcome.ts'

export interface Need {
  readonly capability: string
  readonly path: string
}

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/v1/`. */
  readonly path: string
  readonly body?: Members
  /** It changes nothing, so another node may be asked while this one is silent. */
  readonly reads?: true
  /** The answer is wrapped: only a token comes back, which opens it once within so many seconds. */
  readonly wrap?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The capability that a policy must give for it, and where. */
  readonly needs: Need
  /** Ends the request at any point. Its reason is thrown. */
  readonly signal: AbortSignal
}

/** Asks the server with this token, or without one. */
export type AskAs = (token: Secret | undefined, question: Question) => Promise<Reply>
