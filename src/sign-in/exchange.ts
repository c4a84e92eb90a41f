import * as oauth from 'oauth4webapi'
import { asFailure, isFailure } from '../core/failure.ts'
import { longest as longestLife } from '../core/minted.ts'
import { type Members, objectIn } from '../core/record.ts'
import { Secret } from '../core/secret.ts'
import type { Client, IssuedToken } from '../core/token.ts'
import type { Fetch } from '../system/http/client.ts'
import { authenticationOf } from './client-authentication.ts'
import { isToken } from './issued-token.ts'

/** What a token endpoint said. A reason never has anything of the answer but an error code that OAuth defines. */
export type Refreshed =
  | { readonly issued: IssuedToken }
  /** It refused the refresh token for good. */
  | { readonly ended: true }
  /** No token, now. `refreshToken`: the answer replaced the refresh token, although the rest of it cannot be used. */
  | { readonly reason: string; readonly refreshToken?: Secret }

/**
 * Exchanges a refresh token at the token endpoint. `lasts`: how long the former access token lasted, in seconds, for an
 * answer that does not say; `now` in milliseconds since 1970.
 */
export async function refresh(
  fetch: Fetch,
  client: Client,
  refreshToken: Secret,
  { lasts, now }: { readonly lasts: number | undefined; readonly now: () => number },
): Promise<Refreshed> {
  const started = now()
  try {
    const us = [serverOf(client), { client_id: client.clientId }, authenticationOf(client)] as const
    const response = await oauth.refreshTokenGrantRequest(...us, refreshToken.expose(), optionsFor(fetch))
    return await readAnswer(response, started, lasts)
  } catch (error) {
    if (isFailure(error) && error.code !== 'internal') return { reason: asFailure(error).message }
    throw error
  }
}

/** Revokes a token at the provider. Where it offers no revocation, nothing happens: `false`. */
export async function revoke(fetch: Fetch, client: Client, token: Secret): Promise<boolean> {
  if (client.revocationEndpoint === undefined) return false
  const us = [serverOf(client), { client_id: client.clientId }, authenticationOf(client)] as const
  const response = await oauth.revocationRequest(...us, token.expose(), optionsFor(fetch))
  await oauth.processRevocationResponse(response)
  return true
}

function serverOf({ issuer, tokenEndpoint, revocationEndpoint }: Client): oauth.AuthorizationServer {
  const revocation = revocationEndpoint === undefined ? {} : { revocation_endpoint: revocationEndpoint }
  return { issuer, token_endpoint: tokenEndpoint, ...revocation }
}

/** The client of system/http decides which hosts it asks without TLS. */
function optionsFor(fetch: Fetch) {
  const send = (url: string, options: Parameters<Fetch>[1]) => fetch(url, options)
  return { [oauth.customFetch]: send as typeof globalThis.fetch, [oauth.allowInsecureRequests]: true }
}

/*
 * The answer is read here and not by the library: that rejects an answer as a whole, for example because of an `id_token`
 * that is of no use here. The refresh token in it would be lost, and with it the grant.
 */
async function readAnswer(response: Response, started: number, lasts: number | undefined): Promise<Refreshed> {
  const { status } = response
  const isJson = (response.headers.get('content-type') ?? '').toLowerCase().includes('json')
  const answer = isJson ? objectIn(await response.text()) : undefined
  if (status === 400 && answer?.['error'] === 'invalid_grant') return { ended: true }
  // GitHub says so with status 200: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
  if (status === 200 && answer?.['error'] === 'bad_refresh_token') return { ended: true }
  const said = errorCodes.find((code) => code === answer?.['error'])
  if (said !== undefined) return { reason: `its token endpoint refused it: ${said}` }
  if (status >= 300 && status < 400)
    return { reason: 'its token endpoint answered with a redirect, which is not followed' }
  if (status === 429) return { reason: 'its token endpoint wants fewer requests for now' }
  if (status !== 200) return { reason: `its token endpoint answered with status ${status}` }
  if (answer === undefined) return { reason: 'its token endpoint answered with something that is not JSON' }
  return issuedIn(answer, started, lasts)
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2, and one of GitHub's. */
const errorCodes = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
  'incorrect_client_credentials',
]

/** Checks what was issued. Whatever is wrong with the rest, a new refresh token is kept: the former one may be dead. */
function issuedIn(answer: Members, started: number, lasts: number | undefined): Refreshed {
  const refreshed = answer['refresh_token'] ?? ''
  const refreshToken = isToken(refreshed) ? { refreshToken: new Secret(refreshed) } : {}
  const no = (what: string): Refreshed => ({ reason: `its token endpoint issued ${what}`, ...refreshToken })
  const { access_token: token, token_type: type } = answer
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return no('a token that is not a bearer token')
  if (!isToken(token)) return no('a token that no protocol can carry')
  if (refreshed !== '' && !isToken(refreshed)) return no('a refresh token that cannot be sent')
  const seconds = secondsIn(answer['expires_in'] ?? lasts)
  if (seconds !== undefined && !(seconds > 0)) return no('a token with a lifetime that is not valid')
  const end = seconds === undefined ? {} : { expires: Math.floor(started / 1000 + Math.min(seconds, longestLife)) }
  return { issued: { accessToken: new Secret(token), ...refreshToken, ...end } }
}

/** Some providers write the number as text. `NaN` for what is no number. */
function secondsIn(value: unknown): number | undefined {
  if (value === undefined) return undefined
  const isNumber = typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,15}$/.test(value))
  return isNumber ? Number(value) : Number.NaN
}
