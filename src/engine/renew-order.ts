import type { Place } from '../core/credential.ts'

/** The command of the renewing process. It is no command for people (commands/program.ts). */
export const renewing = 'renew-token'

/** What the renewing process reads on its standard input: where the token is. */
export interface Order extends Pick<Place, 'account' | 'owner'> {
  readonly store: string
  readonly endpoint: Pick<Place['endpoint'], 'form' | 'key'>
}
