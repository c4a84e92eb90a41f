import { withoutConfiguration } from './configuration.ts'
import type { Credential, Owner, Place } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { isObject, type Members, objectIn } from './record.ts'

/** Where a token is from, and how it is renewed. */
export interface Grant {
  /** The provider's name in src/sign-in/providers.ts. */
  readonly provider: string
  /** The user name that a wire with user name and password sends with the token; absent: the account. */
  readonly user?: string
  /** The same for single tools, by their names. */
  readonly users?: UserNames
  readonly scopes: readonly string[]
  /** How many seconds the token lasted when it was issued; absent if the provider does not say. */
  readonly lasts?: number
  /** Absent for a token that nothing renews. */
  readonly renewal?: Renewal
  /** The provider refused to renew the token for good, at this time in milliseconds since 1970. */
  readonly ended?: number
  /** `now`: a server refused the access token, so the next lookup renews it. `before`: that has been done. */
  readonly refused?: 'now' | 'before'
  /** It is being moved to the store of this name, which may have it already. Only one of the two may renew it. */
  readonly movingTo?: string
}

/** User names by the tools that send them. */
export type UserNames = Readonly<Record<Owner, string>>

/** Who renews a token. The URLs are those that the person confirmed when signing in, and no answer changes them. */
export interface Renewal {
  readonly issuer: string
  readonly clientId: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint?: string
  /** How the client's secret is sent (RFC 6749, 2.3.1): `header`, or `body`. Absent for a client without one. */
  readonly secretIn?: 'header' | 'body'
}

/** Reads what a token says about its grant. `malformed` if that is missing or cannot be used. */
export function grantOf(item: Credential): Grant {
  const grant = grantIn(item)
  if (grant === undefined) throw unusable(item)
  return grant
}

/** The same, `undefined` if it cannot be used: it may stand beside the item that answers. */
export function grantIn(item: Credential): Grant | undefined {
  const members = objectIn(item.parts?.['grant']?.expose() ?? '')
  return members !== undefined && isGrant(members) ? members : undefined
}

/** The user name that this tool sends with a token; `undefined`: the account. */
export function userFor(item: Credential, tool: Owner): string | undefined {
  const { user, users = {} } = grantIn(item) ?? {}
  const name = withoutConfiguration(tool)
  return Object.hasOwn(users, name) ? users[name] : user
}

/** Whether a new access token can be had without the person. */
export function renewsItself(item: Credential): boolean {
  const { renewal, ended } = grantIn(item) ?? {}
  return item.refreshToken !== undefined && renewal !== undefined && ended === undefined
}

/**
 * Whether to renew the token before it is handed out: it ends soon, or a server refused it. `now` in milliseconds since
 * 1970. A token that ends later than its provider can have promised was kept while the clock was wrong.
 */
export function isDue(item: Credential, now: number): boolean {
  const { lasts, refused } = grantOf(item)
  if (!renewsItself(item)) return false
  if (refused === 'now') return true
  if (item.expires === undefined) return false
  const left = item.expires - now / 1000
  if (lasts === undefined) return left < margin
  return left < Math.min(margin, lasts / 10) || left > lasts + margin
}

/** In seconds: a token is no longer handed out so short a time before its end, and clocks may differ by so much. */
const margin = 60

function isGrant(members: Members): members is Members & Grant {
  const { provider, user, users = {}, scopes, lasts, ended, renewal, refused, movingTo } = members
  const isText = (value: unknown) => typeof value === 'string'
  const isAbsentOr = (type: 'string' | 'number', value: unknown) => value === undefined || typeof value === type
  const fits = isText(provider) && isAbsentOr('string', user) && isAbsentOr('number', lasts)
  const isRefused = refused === undefined || refused === 'now' || refused === 'before'
  return (
    fits &&
    isRefused &&
    isAbsentOr('string', movingTo) &&
    isObject(users) &&
    Object.values(users).every(isText) &&
    isAbsentOr('number', ended) &&
    Array.isArray(scopes) &&
    scopes.every(isText) &&
    isRenewal(renewal)
  )
}

function isRenewal(value: unknown): boolean {
  if (value === undefined) return true
  if (!isObject(value)) return false
  const names = ['issuer', 'clientId', 'tokenEndpoint']
  const { revocationEndpoint: revocation, secretIn } = value
  const isTextOrAbsent = revocation === undefined || typeof revocation === 'string'
  const isKnownWay = secretIn === undefined || secretIn === 'header' || secretIn === 'body'
  return isTextOrAbsent && isKnownWay && names.every((name) => typeof value[name] === 'string')
}

function unusable({ endpoint }: Place): Failure {
  return new Failure('malformed', `the token that is kept for ${endpoint.key} cannot be read`, {
    hints: [hint`remove it with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
