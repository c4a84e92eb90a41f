import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { type ProviderOptions, type Request, type SignedIn, secretClient } from './oidc-provider.ts'

/*
 * A process that is an OAuth and OIDC provider on loopback (oidc-provider.ts starts it). It answers messages of the
 * process that started it, and ends with that.
 */

const options = JSON.parse(process.argv[2] ?? '{}') as Required<ProviderOptions>
const clientId = 'credbridge-test'
const scopes = ['openid', 'offline_access', 'api']

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1', 'http://127.0.0.1/'],
    },
    {
      client_id: secretClient.id,
      client_secret: secretClient.secret,
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1', 'http://127.0.0.1/'],
    },
    {
      client_id: 'openbao',
      client_secret: 'secret-of-openbao',
      application_type: 'native',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['http://localhost/oidc/callback'],
    },
  ],
  scopes,
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    revocation: { enabled: true, allowedPolicy: () => true },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
  pkce: { required: () => true },
  rotateRefreshToken: () => options.rotates,
  issueRefreshToken: () => true,
  ttl: { AccessToken: options.accessTokenSeconds, RefreshToken: 86_400, Grant: 86_400, Session: 86_400 },
  findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
})

let refreshes = 0
const answer = provider.callback()
provider.on('grant.success', (context: { readonly oidc: { readonly params: { readonly grant_type?: string } } }) => {
  if (context.oidc.params.grant_type === 'refresh_token') refreshes++
})
server.on('request', (request, response) => {
  void answer(request, response)
})

/** Issues tokens as a finished sign-in would. */
async function signIn(accountId: string): Promise<SignedIn> {
  const client = await provider.Client.find(clientId)
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope(scopes.join(' '))
  const of = { accountId, client, grantId: await grant.save(), scope: scopes.join(' '), gty: 'authorization_code' }
  const [accessToken, refreshToken] = [new provider.AccessToken(of), new provider.RefreshToken(of)]
  const expires = Math.floor(Date.now() / 1000) + options.accessTokenSeconds
  return { accessToken: await accessToken.save(), refreshToken: await refreshToken.save(), expires, scopes }
}

async function reply(request: Request): Promise<unknown> {
  if (request.do === 'sign-in') return signIn(request.account)
  if (request.do === 'is-valid') return (await provider.AccessToken.find(request.token)) !== undefined
  return refreshes
}

process.on('message', async (request: Request) => {
  process.send?.({ id: request.id, value: await reply(request) })
})
process.on('disconnect', () => process.exit())
process.send?.({ issuer, clientId })
