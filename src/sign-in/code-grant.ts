import { randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { listen } from './loopback.ts'
import { fromServer } from './oauth-failure.ts'
import type { Answered, OAuthServer } from './oauth-server.ts'
import type { Person } from './person.ts'
import { challengeOf, newVerifier } from './pkce.ts'

/*
 * The authorization code grant with PKCE (RFC 6749, 4.1; RFC 7636; RFC 8252; RFC 9207). The browser comes back to a
 * port of this machine, or the person pastes the address to which it wanted to go.
 */

export interface CodeGrant {
  readonly scopes: readonly string[]
  readonly redirectHost: '127.0.0.1' | 'localhost'
  /** What the provider wants to read in the address, beside what every provider does. */
  readonly pageSays?: Readonly<Record<string, string>>
  /** How long a person has, in milliseconds. */
  readonly limit: number
}

/** The proofs of one sign-in: nobody else's answer fits them. */
interface Proofs {
  readonly state: string
  readonly verifier: string
}

/** Signs in with the browser of this machine. `undefined` if no page can be shown. */
export async function byBrowser(server: OAuthServer, grant: CodeGrant, person: Person): Promise<Answered | undefined> {
  const proofs = newProofs()
  const loopback = await listen(grant.redirectHost, proofs.state)
  try {
    const address = authorizationAddress(server, grant, proofs, loopback.redirectUri)
    if (!(await person.open(address))) return undefined
    person.say(`if no browser opens, go to ${address}`)
    person.say('waiting for the browser (Ctrl-C stops it)')
    const { query, isOurs } = await loopback.answer(grant.limit)
    const answered = await exchange(server, query, proofs, loopback.redirectUri)
    return isOurs ? answered : { ...answered, mayBeAnothers: true }
  } finally {
    loopback.close()
  }
}

/** Signs in with a browser elsewhere, from which the person brings the address that it could not open. */
export async function byPastedAddress(server: OAuthServer, grant: CodeGrant, person: Person): Promise<Answered> {
  const proofs = newProofs()
  const redirectUri = `http://${grant.redirectHost}`
  person.say('open this address in a browser on any machine, and sign in:')
  person.say(authorizationAddress(server, grant, proofs, redirectUri))
  person.say(`at the end the browser shows that it cannot open ${redirectUri}/…, which is as it should be`)
  const pasted = (await person.askSecret('Paste the address that it shows then')).expose().trim()
  const { origin, search } = URL.canParse(pasted) ? new URL(pasted) : { origin: '', search: '' }
  if (origin !== redirectUri || search === '') {
    throw new Failure('malformed', 'that is not the address at which the browser ended, nothing was kept', {
      hints: [hint`it begins with ${`${redirectUri}/?`}`],
    })
  }
  return exchange(server, search.slice(1), proofs, redirectUri)
}

function newProofs(): Proofs {
  return { state: randomBytes(32).toString('base64url'), verifier: newVerifier() }
}

function authorizationAddress(
  { metadata, client, options, host }: OAuthServer,
  { scopes, pageSays }: CodeGrant,
  { state, verifier }: Proofs,
  redirectUri: string,
): string {
  const { authorization_endpoint: endpoint = '' } = metadata
  const isUsable = URL.canParse(endpoint) && (endpoint.startsWith('https:') || options[oauth.allowInsecureRequests])
  if (!isUsable) throw new Failure('refused', `${host} names no address with https for the browser`)
  const address = new URL(endpoint)
  const query = new URLSearchParams(address.search)
  const values: Readonly<Record<string, string>> = {
    ...pageSays,
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    state,
    ...challengeOf(verifier),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    // OpenID Connect Core, 11: without it no refresh token is issued.
    ...(scopes.includes('openid') && scopes.includes('offline_access') ? { prompt: 'consent' } : {}),
  }
  for (const [name, value] of Object.entries(values)) query.set(name, value)
  return `${address.origin}${address.pathname}?${query}`
}

async function exchange(
  { host, metadata, client, authentication, options }: OAuthServer,
  query: string,
  { state, verifier }: Proofs,
  redirectUri: string,
): Promise<Answered> {
  return fromServer(host, async () => {
    const answer = oauth.validateAuthResponse(metadata, client, new URLSearchParams(query), state)
    const words = [metadata, client, authentication, answer, redirectUri, verifier, options] as const
    const asked = Date.now()
    const response = await oauth.authorizationCodeGrantRequest(...words)
    return { answer: await oauth.processAuthorizationCodeResponse(metadata, client, response), asked }
  })
}
