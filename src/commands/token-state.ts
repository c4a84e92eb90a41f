import { type Entry, hasExpired } from '../core/credential.ts'
import { asFailure } from '../core/failure.ts'
import { grantOf, renewsItself } from '../core/grant.ts'
import { endpointWords, type Hint, hint, placeWords } from '../core/hint.ts'
import { samePlace } from '../core/same.ts'
import type { StoredEntry } from '../core/stored-entries.ts'
import { timeInWords } from '../core/time-words.ts'
import type { Machine } from '../system/machine.ts'

/** What `list` and `doctor` say about a token. */
export interface TokenState {
  readonly entry: Entry
  /** Who issued it; absent where the record cannot be read. */
  readonly provider?: string
  /** The end of the access token, in milliseconds since 1970; absent: it does not end, or the provider does not say. */
  readonly expires?: number
  readonly expired: boolean
  /** `ended`: the provider does not renew it any more. `no`: nothing renews it. */
  readonly renewal: 'itself' | 'ended' | 'no'
  /** Why it could not be renewed within the last minute, or not be read. */
  readonly failed?: string
}

/** Loads what a list without tokens does not need. */
export async function tokenStates(
  machine: Machine,
  tokens: readonly StoredEntry[],
  now: number,
): Promise<readonly TokenState[]> {
  if (tokens.length === 0) return []
  const { failedLately } = await import('../engine/failed-lately.ts')
  return tokens.map(({ store, item }) => {
    const expired = hasExpired(item, now)
    const end = item.expires === undefined ? {} : { expires: item.expires * 1000 }
    try {
      const { provider, ended } = grantOf(item)
      const failed = failedLately(machine, store, item, now)
      const renewal = renewsItself(item) ? 'itself' : ended === undefined ? 'no' : 'ended'
      return { entry: item, provider, ...end, expired, renewal, ...(failed === undefined ? {} : { failed }) }
    } catch (error) {
      return { entry: item, ...end, expired, renewal: 'no', failed: asFailure(error).message }
    }
  })
}

export function tokenStateOf(entry: Entry, states: readonly TokenState[]): TokenState | undefined {
  return states.find((state) => samePlace(state.entry, entry))
}

/** For a person, beside the other things that are said of an entry. */
export function tokenText({ provider, expires, expired, renewal, failed }: TokenState, now: number): string {
  const until = expires === undefined ? undefined : timeInWords(expires, now)
  if (provider === undefined) return 'it cannot be read'
  if (renewal === 'ended') return expired ? 'the sign-in has ended' : `the sign-in has ended; it works until ${until}`
  if (renewal === 'no') return until === undefined ? 'nothing renews it' : `ends ${until}; nothing renews it`
  if (failed !== undefined) return 'renews itself, and has just failed to'
  return expired || until === undefined ? 'renews itself' : `renews itself; this access token ends ${until}`
}

/** The command after which it works again, if it needs a person. */
export function tokenFix({ entry: { endpoint }, renewal, failed }: TokenState): Hint | undefined {
  if (renewal !== 'ended' && failed === undefined) return undefined
  return hint`credbridge login ${endpointWords(endpoint)}`
}

/** For a person who is about to remove it. */
export function staysAtProvider({ endpoint, account }: Entry): string {
  const command = hint`credbridge logout ${placeWords(endpoint, account)}`
  return `note: the sign-in at ${endpoint.key} goes on at its provider; this ends it there, too: ${command}`
}

export function tokenData({ provider, expires, renewal, failed }: TokenState): Record<string, unknown> {
  return { provider, expires: expires === undefined ? undefined : new Date(expires).toISOString(), renewal, failed }
}
