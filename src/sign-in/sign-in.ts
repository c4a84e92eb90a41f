import * as oauth from 'oauth4webapi'
import { Failure } from '../core/failure.ts'
import type { Grant, Renewal } from '../core/grant.ts'
import { hint } from '../core/hint.ts'
import { Secret } from '../core/secret.ts'
import type { IssuedToken } from '../core/token.ts'
import type { OwnClient } from '../engine/settings.ts'
import type { Fetch } from '../system/http/client.ts'
import { byBrowser, byPastedAddress, type CodeGrant } from './code-grant.ts'
import { byDevice } from './device-grant.ts'
import { orEnded } from './end-at-provider.ts'
import { accountName, issuedToken, scopesIn } from './issued-token.ts'
import { askForJson } from './json-request.ts'
import { type Answered, type OAuthServer, oauthServer, type Us } from './oauth-server.ts'
import type { Person } from './person.ts'
import type { Found } from './probe.ts'
import { userNames } from './provider.ts'
import { checkToken } from './token-check.ts'

/** What a sign-in brought. */
export interface SignedIn {
  /** Whose account it is; absent if the provider does not say. */
  readonly account?: string
  readonly grant: Grant
  readonly issued: IssuedToken
  /** The secret of the client that signed in, if it has one. */
  readonly clientSecret?: Secret
  /** Another user of this machine may have signed in, as themselves. The person must say whether it is their account. */
  readonly mayBeAnothers?: true
}

/** How long a person has to sign in, in milliseconds. */
const patience = 10 * 60_000

/** Signs in by OAuth, as this client of ours or of the person's. Nothing is kept here. */
export async function signInByOAuth(
  fetch: Fetch,
  found: Found,
  us: Us,
  own: OwnClient | undefined,
  person: Person,
): Promise<SignedIn> {
  const { provider } = found
  const server = await oauthServer(fetch, found, us, own, (question, otherwise) => person.confirm(question, otherwise))
  const scopes = own?.scopes ?? scopesFor(found, server)
  const asksFor = own?.scopes === undefined ? provider.asksFor : undefined
  person.say(
    `credbridge will ask for: ${asksFor ?? (scopes.length === 0 ? 'what the server gives' : scopes.join(', '))}`,
  )
  const { answer, asked, mayBeAnothers } = await answered(server, found, scopes, person)
  const { metadata } = server
  const { revocation_endpoint: revocation, token_endpoint: tokenEndpoint = '' } = metadata
  const names = userNames(own?.user, provider.user, provider.oauthUsers ?? provider.users)
  const { clientId, clientSecret } = us
  const renewal: Renewal = {
    ...{ issuer: metadata.issuer, clientId, tokenEndpoint },
    ...(revocation === undefined ? {} : { revocationEndpoint: revocation }),
    ...(server.secretIn === undefined ? {} : { secretIn: server.secretIn }),
  }
  const secret = clientSecret === undefined ? {} : { clientSecret }
  const tokens = [answer.refresh_token, answer.access_token].filter((one) => one !== undefined)
  const [issued, account] = await orEnded(
    fetch,
    { ...renewal, ...secret },
    tokens.map((one) => new Secret(one)),
    async () => {
      const issued = issuedToken(server.host, answer, asked)
      const account = await accountOf(fetch, found, server, answer, issued)
      return [issued, account === undefined ? undefined : accountName(server.host, account)] as const
    },
  )
  return {
    ...(account === undefined ? {} : { account }),
    grant: {
      provider: provider.name,
      ...names,
      scopes: answer.scope === undefined ? scopes : scopesIn(answer.scope),
      ...(answer.expires_in === undefined ? {} : { lasts: answer.expires_in }),
      ...(issued.refreshToken === undefined ? {} : { renewal }),
    },
    issued,
    ...(issued.refreshToken === undefined ? {} : secret),
    ...(mayBeAnothers === undefined ? {} : { mayBeAnothers }),
  }
}

/** Takes the first way that works here, in the provider's order. */
async function answered(
  server: OAuthServer,
  { provider }: Found,
  scopes: readonly string[],
  person: Person,
): Promise<Answered> {
  const { metadata, host } = server
  const hasCode = provider.grants.includes('code') && metadata.authorization_endpoint !== undefined
  const { redirectHost = '127.0.0.1', pageSays = {} } = provider
  const grant: CodeGrant = { scopes, redirectHost, pageSays, limit: patience }
  for (const type of provider.grants) {
    if (type === 'device' && metadata.device_authorization_endpoint !== undefined) {
      return byDevice(server, scopes, patience, person)
    }
    const answer = type === 'code' && hasCode ? await byBrowser(server, grant, person) : undefined
    if (answer !== undefined) return answer
  }
  if (hasCode && person.isThere) return byPastedAddress(server, grant, person)
  throw new Failure('refused', `${host} can only be signed in at with a browser, and none can be opened here`, {
    hints: [hint`run it on a terminal`],
  })
}

/** A server that everybody can host gets what makes it say who it is, and a token that can be renewed. */
function scopesFor({ provider }: Found, { metadata }: OAuthServer): readonly string[] {
  if (provider.endpoints !== 'discovered') return provider.scopes
  return ['openid', 'offline_access'].filter((scope) => metadata.scopes_supported?.includes(scope) === true)
}

async function accountOf(
  fetch: Fetch,
  { provider, base }: Found,
  { metadata }: OAuthServer,
  answer: oauth.TokenEndpointResponse,
  { accessToken }: IssuedToken,
): Promise<string | undefined> {
  const [inquiry] = provider.inquiries?.(base) ?? []
  if (inquiry !== undefined) {
    return (await checkToken(fetch, [{ ...inquiry, scheme: 'Bearer', mayBeForbidden: true }], accessToken, '')).account
  }
  const claims = oauth.getValidatedIdTokenClaims(answer)
  if (claims === undefined || metadata.userinfo_endpoint === undefined) return nameIn(claims)
  const headers = { authorization: `Bearer ${accessToken.expose()}` }
  const { status, body } = await askForJson(fetch, metadata.userinfo_endpoint, { headers })
  // OpenID Connect Core, 5.3.2: an answer about another subject does not count.
  return nameIn(status === 200 && body?.['sub'] === claims.sub ? { ...claims, ...body } : claims)
}

/** OpenID Connect Core, 5.1. */
function nameIn(claims: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const names = ['preferred_username', 'nickname', 'email', 'sub'].map((name) => claims?.[name])
  return names.find((name): name is string => typeof name === 'string' && name !== '')
}
