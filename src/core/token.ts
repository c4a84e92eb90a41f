import type { Credential, Place } from './credential.ts'
import { type Grant, grantIn, grantOf, type Renewal, renewsItself } from './grant.ts'
import { Secret } from './secret.ts'

/*
 * The kind `token`: an access token from a sign-in at a provider, and what renews it. The credential's secret is the
 * access token, `expires` its end, and `refreshToken` what renews it; a refresh token never leaves credbridge. Its part
 * `grant` is a JSON object that says where the token is from, `former` the access token before the last renewal, which
 * a tool may still repeat, and `client-secret` the secret of a client that has one.
 */

/** Who renews a token, with the client's secret if it has one. */
export interface Client extends Renewal {
  readonly clientSecret?: Secret
}

/** An access token that a provider has just issued. */
export interface IssuedToken {
  readonly accessToken: Secret
  readonly refreshToken?: Secret
  /** When the access token ends, in seconds since 1970; absent if the provider does not say. */
  readonly expires?: number
}

/** The credential that keeps a token. */
export function tokenCredential(
  place: Place,
  grant: Grant,
  issued: IssuedToken,
  clientSecret?: Secret | undefined,
): Credential {
  const { endpoint, account, owner } = place
  const { accessToken, refreshToken, expires } = issued
  return {
    ...{ endpoint, account, owner, kind: 'token', secret: accessToken },
    ...(expires === undefined ? {} : { expires }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    parts: { grant: printed(grant), ...(clientSecret === undefined ? {} : { [secretPart]: clientSecret }) },
  }
}

const secretPart = 'client-secret'

/** The client that renews a token. `undefined` for a token that nothing renews, and for one that cannot be read. */
export function clientOf(item: Credential): Client | undefined {
  const renewal = grantIn(item)?.renewal
  const clientSecret = item.parts?.[secretPart]
  return renewal && { ...renewal, ...(clientSecret === undefined ? {} : { clientSecret }) }
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

/** Marks that the token is being moved to this store; `undefined`: to none. */
export function movingToken(item: Credential, to: string | undefined): Credential {
  const { movingTo, ...grant } = grantOf(item)
  return movingTo === to ? item : withGrant(item, to === undefined ? grant : { ...grant, movingTo: to })
}

function withGrant(item: Credential, grant: Grant): Credential {
  return { ...item, parts: { ...item.parts, grant: printed(grant) } }
}

function printed(grant: Grant): Secret {
  return new Secret(JSON.stringify(grant))
}
