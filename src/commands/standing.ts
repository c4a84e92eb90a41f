import { type Credential, hasExpired } from '../core/credential.ts'
import { type Grant, grantIn, grantOf } from '../core/grant.ts'
import { endpointWords, type Hint, hint, placeWords } from '../core/hint.ts'
import { timeInWords } from '../core/time-words.ts'
import type { Abolished } from '../sign-in/provider.ts'
import { providerAt, providerNamed } from '../sign-in/providers.ts'

/** When a credential ends, who renews it, and what a person should know about that. */
export interface Standing {
  /** In milliseconds since 1970; absent: never, or nobody knows. */
  readonly ends?: number
  /** Absent: nobody. */
  readonly renewedBy?: 'credbridge' | 'its command' | 'its tool'
  readonly troubles: readonly Trouble[]
}

export interface Trouble {
  /** Follows the name of the credential: `ends tomorrow at 12:00`. */
  readonly says: string
  /** It can no longer be used. */
  readonly isDead: boolean
  readonly fix: Hint
}

const soon = 7 * 24 * 3_600_000

/** The standing of a credential; `now` in milliseconds since 1970. */
export function standingOf(item: Credential, now: number): Standing {
  const { kind, expires, refreshToken } = item
  const ends = expires === undefined ? {} : { ends: expires * 1000 }
  if (kind === 'minted') return { ...ends, renewedBy: 'its command', troubles: [] }
  const grant = kind === 'token' ? grantOf(item) : undefined
  const abolished = troubleOfKind(item, grant)
  if (grant?.renewal !== undefined) {
    return {
      ...ends,
      renewedBy: 'credbridge',
      troubles: [...endedRenewal(item, grant, now), ...interruptedMove(item), ...abolished],
    }
  }
  if (refreshToken !== undefined) return { ...ends, renewedBy: 'its tool', troubles: abolished }
  return { ...ends, troubles: [...end(item, grant, now), ...abolished] }
}

/** What a person should know about the end of a credential that nobody renews. */
export function endOf(item: Credential, now: number): readonly Trouble[] {
  const { kind, refreshToken } = item
  if (kind === 'minted' || refreshToken !== undefined) return []
  const grant = kind === 'token' ? grantIn(item) : undefined
  return grant?.renewal === undefined ? end(item, grant, now) : []
}

/** A token is marked while it is moved. Nobody sees that, unless the move was interrupted. */
export function interruptedMove(item: Credential): readonly Trouble[] {
  const { movingTo } = item.kind === 'token' ? (grantIn(item) ?? {}) : {}
  if (movingTo === undefined) return []
  const fix = hint`credbridge move ${endpointWords(item.endpoint)} --to ${movingTo}`
  return [{ says: `was being moved to the ${movingTo} store, which was interrupted`, isDead: false, fix }]
}

/** The provider has refused to renew it. What is still valid is used to its end. */
function endedRenewal(item: Credential, { ended }: Grant, now: number): readonly Trouble[] {
  if (ended === undefined) return []
  const isDead = hasExpired(item, now)
  return [{ says: isDead ? 'can no longer be renewed' : 'cannot be renewed again', isDead, fix: again(item) }]
}

function end(item: Credential, grant: Grant | undefined, now: number): readonly Trouble[] {
  const { expires } = item
  if (expires === undefined || expires * 1000 > now + soon) return []
  const isDead = hasExpired(item, now)
  const says = `${isDead ? 'expired' : 'expires'} ${timeInWords(expires * 1000, now)}`
  const rotates = !isDead && grant !== undefined && rotatesItself(item, grant)
  const fix = rotates ? hint`credbridge rotate ${placeWords(item.endpoint, item.account)}` : again(item)
  return [{ says, isDead, fix }]
}

/** Whether the token can be replaced without the person's doing anything at the provider. */
function rotatesItself({ endpoint }: Credential, { provider, scopes }: Grant): boolean {
  const rotation = providerNamed(provider)?.rotates?.(endpoint.key)
  return rotation?.by === 'itself' && rotation.allowedBy.some((scope) => scopes.includes(scope))
}

/** Whether its provider has ended this kind of secret, or will. A token that renews itself is none that a person made. */
function troubleOfKind(item: Credential, grant: Grant | undefined): readonly Trouble[] {
  const { endpoint, kind, secret } = item
  const isPersons = kind === 'basic' || (kind === 'token' && grant?.renewal === undefined)
  if (endpoint.form !== 'address' || !isPersons) return []
  const { abolishes = [] } = providerAt(endpoint.host)?.provider ?? {}
  const isMeant = ({ prefix = '' }: Abolished) => secret.expose().startsWith(prefix)
  const fix = hint`credbridge login ${placeWords(endpoint, undefined)}`
  return abolishes.filter(isMeant).map(({ says }) => ({ says: `may not last: ${says}`, isDead: false, fix }))
}

function again({ kind, endpoint, account }: Credential): Hint {
  const words = placeWords(endpoint, account)
  return kind === 'token' ? hint`credbridge login ${words}` : hint`credbridge set ${words}`
}
