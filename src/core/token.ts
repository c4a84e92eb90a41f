import type { Credential, Place } from './credential.ts'
import { Failure } from './failure.ts'
import { endpointWords, hint } from './hint.ts'
import { isObject, type Members, objectIn } from './record.ts'
import { Secret } from './secret.ts'

/*
 * The kind `token`: an access token from a sign-in at a provider, and what renews it. The credential's secret is the
 * access token, `expires` its end, and `refreshToken` what renews it; a refresh token never leaves credbridge. Its part
 * `grant` is a JSON object that says where the token is from.
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
    parts: { grant: new Secret(JSON.stringify(grant)) },
  }
}

/** Reads what a token says about its grant. `malformed` if that is missing or cannot be used. */
export function grantOf(item: Credential): Grant {
  const members = objectIn(item.parts?.['grant']?.expose() ?? '')
  if (members === undefined || !isGrant(members)) throw unusable(item)
  return members
}

function isGrant(members: Members): members is Members & Grant {
  const { provider, user, scopes, lasts, ended, renewal } = members
  const isText = (value: unknown) => typeof value === 'string'
  const isAbsentOr = (type: 'string' | 'number', value: unknown) => value === undefined || typeof value === type
  const fits = isText(provider) && isAbsentOr('string', user) && isAbsentOr('number', lasts)
  return fits && isAbsentOr('number', ended) && Array.isArray(scopes) && scopes.every(isText) && isRenewal(renewal)
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
