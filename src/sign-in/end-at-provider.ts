import type { Credential } from '../core/credential.ts'
import { grantOf } from '../core/grant.ts'
import type { Secret } from '../core/secret.ts'
import { type Client, clientOf } from '../core/token.ts'
import type { Fetch } from '../system/http/client.ts'
import { revoke } from './exchange.ts'
import { askForJson, unexpected } from './json-request.ts'
import { fromServer } from './oauth-failure.ts'
import { providerNamed } from './providers.ts'

/**
 * Ends a kept token at its provider. `impossible` if the provider has no way that a program can use. A provider that
 * has one and does not confirm is a failure.
 */
export async function endAtProvider(fetch: Fetch, token: Credential): Promise<'revoked' | 'impossible'> {
  const { provider } = grantOf(token)
  const client = clientOf(token)
  if (client?.revocationEndpoint !== undefined) {
    const { host } = new URL(client.revocationEndpoint)
    // The refresh token first: it is the one that lasts, and most servers end the access token with it.
    for (const secret of [token.refreshToken, token.secret]) {
      if (secret !== undefined) await fromServer(host, revoke(fetch, client, secret))
    }
    return 'revoked'
  }
  const revokes = client === undefined ? providerNamed(provider)?.revokes : undefined
  if (revokes === undefined) return 'impossible'
  const { method, url } = revokes(token.endpoint.key)
  const authorization = `Bearer ${token.secret.expose()}`
  const answer = await askForJson(fetch, url, { method, headers: { authorization } })
  // 401: it has ended already.
  if (answer.status === 204 || answer.status === 200 || answer.status === 401) return 'revoked'
  throw unexpected(url, answer)
}

/**
 * Does what is left of a sign-in. If it fails, these tokens are ended at the provider, as far as it can be told: nobody
 * keeps them.
 */
export async function orEnded<T>(
  fetch: Fetch,
  client: Client | undefined,
  tokens: readonly (Secret | undefined)[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    for (const token of tokens) {
      if (client !== undefined && token !== undefined) await revoke(fetch, client, token).catch(() => {})
    }
    throw error
  }
}
