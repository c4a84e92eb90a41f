import type { Credential, Place } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { isObject, type Members, objectIn } from './record.ts'
import { Secret } from './secret.ts'

/*
 * The kind `token`: an access token from a sign-in at a provider, and what renews it. The credential's secret is the
 * access token, `expires` its end, and `refreshToken` what renews it; a refresh token never leaves credbridge. Its part
 * `grant` is a JSON object that says where the token is from, and `former` the access token before the last renewal,
 * which a tool may still repeat.
 */

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

/** An access token that a provider has just issued. */
export interface IssuedToken {
  readonly accessToken: Secret
  readonly refreshToken?: Secret
  /** When the access token ends, in seconds since 1970; absent if the provider does not say. */
  readonly expires?: number
}

/** The credential that keeps a token. */
export function tokenCredential(place: Place, grant: Grant, issued: IssuedToken): Credential {
  const { endpoint, account, owner } = place
  const { accessToken, refreshToken, expires } = issued
  return {
    ...{ endpoint, account, owner, kind: 'token', secret: accessToken },
    ...(expires === undefined ? {} : { expires }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    parts: { grant: printed(grant) },
  }
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

/** With what the provider has issued at this time, in milliseconds since 1970. A refresh token is kept if it issued none. */
export function renewedToken(item: Credential, issued: IssuedToken, now: number): Credential {
  const { refused, ended: _, lasts: __, ...grant } = grantOf(item)
  const { accessToken, refreshToken = item.refreshToken, expires } = issued
  const lasts = expires === undefined ? {} : { lasts: Math.max(1, Math.round(expires - now / 1000)) }
  const after = { ...grant, ...lasts, ...(refused === 'now' ? { refused: 'before' as const } : {}) }
  const { expires: ___, refreshToken: ____, ...rest } = item
  return {
    ...rest,
    secret: accessToken,
    ...(expires === undefined ? {} : { expires }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    parts: { ...item.parts, grant: printed(after), former: item.secret },
  }
}

/** Marks that the provider renews the token no longer. It answers to its end. */
export function endedToken(item: Credential, now: number): Credential {
  return withGrant(item, { ...grantOf(item), ended: now })
}

/** Marks that a server refused the access token. `undefined` if no other can be had, or it replaced a refused one. */
export function refusedToken(item: Credential): Credential | undefined {
  const grant = grantOf(item)
  if (!renewsItself(item) || grant.refused === 'before') return undefined
  return withGrant(item, { ...grant, refused: 'now' })
}

/** In seconds: a token is no longer handed out so short a time before its end, and clocks may differ by so much. */
const margin = 60

function withGrant(item: Credential, grant: Grant): Credential {
  return { ...item, parts: { ...item.parts, grant: printed(grant) } }
}

function printed(grant: Grant): Secret {
  return new Secret(JSON.stringify(grant))
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
