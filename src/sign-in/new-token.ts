import { isPrintableWord } from '../core/printable-word.ts'
import { Secret } from '../core/secret.ts'

/** A token that a provider has made in place of another one. */
export interface NewToken {
  readonly secret: Secret
  /** When it ends, in seconds since 1970; absent if the provider does not say. */
  readonly expires?: number
  /** Ends the new token, so that the former one is the only one again. Absent: the former one has ended already. */
  takeBack?(): Promise<void>
  /** Ends the former token, once the new one is kept. Absent: it has ended already. */
  endFormer?(): Promise<void>
}

/** Makes the new token. All that can be found out before has been. */
export type MakeToken = () => Promise<NewToken>

/** A token in an answer; `undefined` for what no protocol can carry. */
export function tokenIn(value: unknown): Secret | undefined {
  return typeof value === 'string' && isPrintableWord(value) ? new Secret(value) : undefined
}
