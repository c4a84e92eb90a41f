import * as oauth from 'oauth4webapi'
import { isFailure } from '../../../src/core/failure.ts'
import { httpClient } from '../../../src/system/http/client.ts'

/* Signs in at a provider by the authorization code with PKCE, as a person's browser would go along, and renews. */

export interface Provider {
  readonly issuer: string
  readonly caFile: string
}

export type SignedIn = { readonly subject: string; readonly tokens: readonly string[] } | { readonly refused: string }

const client: oauth.Client = { client_id: 'native' }
const back = 'http://127.0.0.1:1/callback'

export async function authorize(provider: Provider): Promise<SignedIn> {
  try {
    return await signedIn(provider)
  } catch (error) {
    if (isFailure(error)) return { refused: error.message }
    return { refused: `${(error as { code?: string }).code ?? (error as Error).name}` }
  }
}

async function signedIn({ issuer, caFile }: Provider): Promise<SignedIn> {
  const fetch = httpClient({ environment: process.env, caFile })
  const options = { [oauth.customFetch]: fetch, signal: () => AbortSignal.timeout(10_000) }
  const at = new URL(issuer)
  const server = await oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, options))
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ]
  const page = new URL(server.authorization_endpoint ?? '')
  const asked = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: back,
    scope: 'openid offline_access',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(asked)) page.searchParams.set(name, value)
  const redirect = await fetch(page)
  const answered = new URL(redirect.headers.get('location') ?? '')
  const parameters = oauth.validateAuthResponse(server, client, answered, state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    back,
    verifier,
    options,
  )
  const checks = { expectedNonce: nonce, requireIdToken: true }
  const first = await oauth.processAuthorizationCodeResponse(server, client, response, checks)
  await oauth.validateApplicationLevelSignature(server, response, options)
  const again = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), first.refresh_token ?? '', options)
  const second = await oauth.processRefreshTokenResponse(server, client, again)
  const subject = oauth.getValidatedIdTokenClaims(first)?.sub ?? ''
  return { subject, tokens: [first.access_token, second.access_token] }
}
