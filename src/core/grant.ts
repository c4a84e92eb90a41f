import type { Credential, Place } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { isObject, type Members, objectIn } from './record.ts'

/** Where a token is from, and how it is renewed. */
export interface Grant {
  /** The provider's name in src/sign-in/providers.ts. */
  readonly provider: string
  /** The user name that a wire with user name and password sends with the token; absent: the account. */
  readonly user?: string
  readonly scopes: readonly string[]
  /** How many seconds the token lasted when it was issued; absent if the provider does not say. */
  readonly lasts?: number
  /** Absent for a token that nothing renews. */
  readonly renewal?: Renewal
  /** The provider refused to renew the token for good, at this time in milliseconds since 1970. */
  readonly ended?: number
  /** `now`: a server refused the access token, so the next lookup renews it. `before`: that has been done. */
  readonly refused?: 'now' | 'before'
}

/** Who renews a token. The URLs are those that the person confirmed when signing in, and no answer changes them. */
export interface Renewal {
  readonly issuer: string
  readonly clientId: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint?: string
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

/** Whether a new access token can be had without the person. */
export function renewsItself(item: Credential): boolean {
  const { renewal, ended } = grantIn(item) ?? {}
  return item.refreshToken !== undefined && renewal !== undefined && ended === undefined
}

function isGrant(members: Members): members is Members & Grant {
  const { provider, user, scopes, lasts, ended, renewal, refused } = members
  const isText = (value: unknown) => typeof value === 'string'
  const isAbsentOr = (type: 'string' | 'number', value: unknown) => value === undefined || typeof value === type
  const fits = isText(provider) && isAbsentOr('string', user) && isAbsentOr('number', lasts)
  const isRefused = refused === undefined || refused === 'now' || refused === 'before'
  return (
    fits &&
    isRefused &&
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
  const revocation = value['revocationEndpoint']
  const isTextOrAbsent = revocation === undefined || typeof revocation === 'string'
  return isTextOrAbsent && names.every((name) => typeof value[name] === 'string')
}

function unusable({ endpoint }: Place): Failure {
  return new Failure('malformed', `the token that is kept for ${endpoint.key} cannot be read`, {
    hints: [hint`remove it with: credbridge remove ${endpointWords(endpoint)}`],
  })
}
