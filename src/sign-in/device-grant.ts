import * as oauth from 'oauth4webapi'
import { Failure, isFailure } from '../core/failure.ts'
import { fromServer, oauthFailure, refusalIn } from './oauth-failure.ts'
import type { Answered, OAuthServer } from './oauth-server.ts'
import type { Person } from './person.ts'

/** The device authorization grant: https://www.rfc-editor.org/rfc/rfc8628. `limit`: how long a person has. */
export async function byDevice(
  server: OAuthServer,
  scopes: readonly string[],
  limit: number,
  person: Person,
): Promise<Answered> {
  const { host, metadata, client, options } = server
  const parameters = new URLSearchParams(scopes.length === 0 ? {} : { scope: scopes.join(' ') })
  const device = await fromServer(host, async () => {
    const response = await oauth.deviceAuthorizationRequest(metadata, client, oauth.None(), parameters, options)
    return oauth.processDeviceAuthorizationResponse(metadata, client, response)
  })
  const { verification_uri, user_code, device_code, interval = 5, expires_in } = device
  const lasts = Math.min(limit, expires_in * 1000)
  person.say(`open ${verification_uri} on any machine, and type this code there: ${user_code}`)
  person.say(`waiting until it is confirmed there, at most ${minutes(lasts)} (Ctrl-C stops it)`)
  if (verification_uri.startsWith('https:')) await person.open(verification_uri)
  const end = Date.now() + lasts
  for (let pause = Math.max(interval, 1); ; ) {
    await waited(pause * 1000)
    if (Date.now() >= end) throw new Failure('timeout', `nobody has confirmed the code for ${host} in time`)
    const answer = await poll(server, device_code)
    if (typeof answer === 'object') return answer
    if (answer === 'slow_down') pause += 5
  }
}

/** The tokens, or why to ask again later. */
async function poll(
  { host, metadata, client, options }: OAuthServer,
  code: string,
): Promise<Answered | 'authorization_pending' | 'slow_down'> {
  const asked = Date.now()
  try {
    const response = await oauth.deviceCodeGrantRequest(metadata, client, oauth.None(), code, options)
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

function waited(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds))
}

function minutes(milliseconds: number): string {
  const count = Math.max(1, Math.round(milliseconds / 60_000))
  return count === 1 ? 'a minute' : `${count} minutes`
}
