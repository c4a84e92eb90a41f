import * as oauth from 'oauth4webapi'
import { Failure, isFailure } from '../core/failure.ts'
import { fromServer, oauthFailure, refusalIn } from './oauth-failure.ts'
import type { Answered, OAuthServer } from './oauth-server.ts'
import type { Person } from './person.ts'
import { challengeOf, newVerifier } from './pkce.ts'

/** The device authorization grant: https://www.rfc-editor.org/rfc/rfc8628. `limit`: how long a person has. */
export async function byDevice(
  server: OAuthServer,
  scopes: readonly string[],
  limit: number,
  person: Person,
): Promise<Answered> {
  const { host, metadata, client, authentication, options } = server
  const verifier = newVerifier()
  const parameters = new URLSearchParams({
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...(takesPkce(server) ? challengeOf(verifier) : {}),
  })
  const device = await fromServer(host, async () => {
    const response = await oauth.deviceAuthorizationRequest(metadata, client, authentication, parameters, options)
    return oauth.processDeviceAuthorizationResponse(metadata, client, response)
  })
  const {
    verification_uri,
    verification_uri_complete: complete,
    user_code,
    device_code,
    interval = 5,
    expires_in,
  } = device
  const lasts = Math.min(limit, expires_in * 1000)
  person.say(`open ${verification_uri} on any machine, and type this code there: ${user_code}`)
  if (complete !== undefined) person.say(`or open this address, which has the code already: ${complete}`)
  person.say(`waiting until it is confirmed there, at most ${minutes(lasts)} (Ctrl-C stops it)`)
  const page = complete ?? verification_uri
  if (page.startsWith('https:')) await person.open(page)
  const end = Date.now() + lasts
  for (let pause = Math.max(interval, 1); ; ) {
    await waited(pause * 1000)
    if (Date.now() >= end) throw new Failure('timeout', `nobody has confirmed the code for ${host} in time`)
    const answer = await poll(server, device_code, verifier)
    if (typeof answer === 'object') return answer
    if (answer === 'slow_down') pause += 5
  }
}

/** The tokens, or why to ask again later. */
async function poll(
  server: OAuthServer,
  code: string,
  verifier: string,
): Promise<Answered | 'authorization_pending' | 'slow_down'> {
  const { host, metadata, client, authentication, options } = server
  const asked = Date.now()
  const more = takesPkce(server) ? { additionalParameters: { code_verifier: verifier } } : {}
  try {
    const response = await oauth.deviceCodeGrantRequest(metadata, client, authentication, code, { ...options, ...more })
    return { answer: await oauth.processDeviceCodeResponse(metadata, client, response), asked }
  } catch (error) {
    const refused = refusalIn(error)
    if (refused === 'authorization_pending' || refused === 'slow_down') return refused
    const failure = oauthFailure(host, error)
    // A network that is away for a moment ends no sign-in (RFC 8628, 3.5).
    if (isFailure(error) && failure.code === 'unavailable') return 'slow_down'
    throw failure
  }
}

/**
 * RFC 8628 has no PKCE. Keycloak wants it in this flow, too, if the client must use it:
 * https://www.keycloak.org/docs/latest/server_admin/#_proof-key-for-code-exchange
 */
function takesPkce({ metadata }: OAuthServer): boolean {
  return metadata.code_challenge_methods_supported?.includes('S256') === true
}

function waited(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds))
}

function minutes(milliseconds: number): string {
  const count = Math.max(1, Math.round(milliseconds / 60_000))
  return count === 1 ? 'a minute' : `${count} minutes`
}
