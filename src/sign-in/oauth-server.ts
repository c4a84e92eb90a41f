import * as oauth from 'oauth4webapi'
import { Failure } from '../core/failure.ts'
import { type Hint, hint } from '../core/hint.ts'
import { isLoopback } from '../core/loopback.ts'
import { objectIn } from '../core/record.ts'
import type { Client } from '../core/token.ts'
import type { OwnClient } from '../engine/settings.ts'
import type { Fetch } from '../system/http/client.ts'
import { authenticationOf, secretInFor } from './client-authentication.ts'
import { fromServer } from './oauth-failure.ts'
import type { Found } from './probe.ts'
import type { Endpoints } from './provider.ts'

/** An OAuth server, and the client as which we ask it. */
export interface OAuthServer {
  readonly host: string
  readonly metadata: oauth.AuthorizationServer
  readonly client: oauth.Client
  /** How the client says who it is. */
  readonly authentication: oauth.ClientAuth
  /** How its secret is sent, if it has one. */
  readonly secretIn?: Client['secretIn']
  /** For every request of the library. */
  readonly options: RequestOptions
}

/** What a server answered when it was asked for tokens. */
export interface Answered {
  readonly answer: oauth.TokenEndpointResponse
  /** When it was asked, in milliseconds since 1970. The tokens last from then on. */
  readonly asked: number
  /** Another user of this machine may have answered in the place of the person's browser. */
  readonly mayBeAnothers?: true
}

interface RequestOptions {
  readonly [oauth.customFetch]: (url: string, options: Asked) => Promise<Response>
  readonly [oauth.allowInsecureRequests]: boolean
}

/** What the library asks for, of all that it could. */
interface Asked {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: URLSearchParams | undefined
}

/** As which client we ask. */
export type Us = Pick<Client, 'clientId' | 'clientSecret'>

/** Asks a person whether other hosts may sign in for a host. */
export type Agree = (question: string, otherwise: Hint) => Promise<boolean>

/**
 * The server that signs in for what was found. The hosts that it names must be the endpoint's own, or named by the
 * provider's entry or by the person's settings; for any other a person is asked, who sees both.
 */
export async function oauthServer(
  fetch: Fetch,
  found: Found,
  { clientId, clientSecret }: Us,
  own: OwnClient | undefined,
  agree: Agree,
): Promise<OAuthServer> {
  const { provider, base } = found
  const asker = provider.errorsAsSuccess === true ? withErrorStatus(fetch) : fetch
  const described = await metadataOf(asker, found, own)
  await confirmHosts(described, found, own, agree)
  const options = requestOptions(asker, described.token_endpoint ?? base)
  const secretIn = secretInFor(described, clientSecret)
  return {
    ...{ host: new URL(described.issuer).host, metadata: described, client: { client_id: clientId }, options },
    authentication: authenticationOf({ ...(clientSecret === undefined ? {} : { clientSecret }), secretIn }),
    ...(secretIn === undefined ? {} : { secretIn }),
  }
}

function requestOptions(fetch: Fetch, url: string): RequestOptions {
  return {
    [oauth.customFetch]: (address, { method, headers, body }) =>
      fetch(address, { method, headers, body: body ?? null }),
    // Only on this machine: the client refuses every other address without https.
    [oauth.allowInsecureRequests]: isOnThisMachine(url),
  }
}

function isOnThisMachine(url: string): boolean {
  return isLoopback({ host: new URL(url).hostname })
}

async function metadataOf(
  fetch: Fetch,
  { provider, base, authorizationServer }: Found,
  own: OwnClient = {},
): Promise<oauth.AuthorizationServer> {
  const { endpoints } = provider
  const issuer = own.issuer ?? authorizationServer ?? base
  const namesAll = own.tokenEndpoint !== undefined && (own.authorizationEndpoint ?? own.deviceEndpoint) !== undefined
  const known =
    typeof endpoints === 'function' && own.issuer === undefined
      ? asMetadata(endpoints(base))
      : namesAll
        ? { issuer }
        : await discovered(fetch, issuer)
  return {
    ...known,
    ...(provider.secretIn === 'body' ? { token_endpoint_auth_methods_supported: ['client_secret_post'] } : {}),
    ...(own.authorizationEndpoint === undefined ? {} : { authorization_endpoint: own.authorizationEndpoint }),
    ...(own.tokenEndpoint === undefined ? {} : { token_endpoint: own.tokenEndpoint }),
    ...(own.deviceEndpoint === undefined ? {} : { device_authorization_endpoint: own.deviceEndpoint }),
    ...(own.revocationEndpoint === undefined ? {} : { revocation_endpoint: own.revocationEndpoint }),
  }
}

function asMetadata({ issuer, authorization, token, device, revocation }: Endpoints): oauth.AuthorizationServer {
  return {
    issuer,
    token_endpoint: token,
    ...(authorization === undefined ? {} : { authorization_endpoint: authorization }),
    ...(device === undefined ? {} : { device_authorization_endpoint: device }),
    ...(revocation === undefined ? {} : { revocation_endpoint: revocation }),
  }
}

async function discovered(fetch: Fetch, issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  const options = requestOptions(fetch, issuer)
  const ask = (algorithm: 'oidc' | 'oauth2') => oauth.discoveryRequest(url, { ...options, algorithm })
  return fromServer(url.host, async () => {
    const first = await ask('oidc')
    // A server may answer a page of its own where it has no such document.
    const isPage = first.status === 200 && objectIn(await first.clone().text()) === undefined
    const second = isPage || first.status === 404 ? await ask('oauth2') : undefined
    const counts = second === undefined || (isPage && second.status !== 200) ? first : second
    return oauth.processDiscoveryResponse(url, counts)
  })
}

/** The addresses to which something secret is sent. */
function addressesOf(metadata: oauth.AuthorizationServer): readonly string[] {
  const { issuer, authorization_endpoint, token_endpoint, device_authorization_endpoint, revocation_endpoint } =
    metadata
  const all = [issuer, authorization_endpoint, token_endpoint, device_authorization_endpoint, revocation_endpoint]
  return [...all, metadata.userinfo_endpoint].filter((one) => one !== undefined)
}

async function confirmHosts(
  metadata: oauth.AuthorizationServer,
  { provider, base }: Found,
  own: OwnClient = {},
  agree: Agree,
): Promise<void> {
  const { endpoints } = provider
  const named = typeof endpoints === 'function' ? addressesOf(asMetadata(endpoints(base))) : []
  const { issuer, authorizationEndpoint, tokenEndpoint, deviceEndpoint, revocationEndpoint } = own
  const persons = [issuer, authorizationEndpoint, tokenEndpoint, deviceEndpoint, revocationEndpoint]
  const allowed = new Set([base, ...named, ...persons].flatMap((url) => (url === undefined ? [] : [originOf(url)])))
  const others = addressesOf(metadata)
    .map(originOf)
    .filter((origin) => !allowed.has(origin))
  if (others.length === 0) return
  const hosts = [...new Set(others)].join(' and ')
  const otherwise = hint`name it in the settings: issuer in [sign-in.${base}], see docs/sign-in.md`
  if (await agree(`${base} signs in at ${hosts}, which is another server. Go on?`, otherwise)) return
  throw new Failure('refused', 'nothing was sent and nothing was kept')
}

function originOf(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    throw new Failure('malformed', 'the server names an address that is none')
  }
}

/** Gives an error the status that RFC 6749, 5.2 asks for. */
function withErrorStatus(fetch: Fetch): Fetch {
  return async (url, options) => {
    const answer = await fetch(url, options)
    if (answer.status !== 200) return answer
    const text = await answer.text()
    const status = typeof objectIn(text)?.['error'] === 'string' ? 400 : 200
    return new Response(text, { status, headers: answer.headers })
  }
}
