import * as oauth from 'oauth4webapi'
import type { Secret } from '../core/secret.ts'
import type { Client } from '../core/token.ts'

type WithSecret = Pick<Client, 'clientSecret'> & { readonly secretIn?: Client['secretIn'] | undefined }

/** How a client says who it is (RFC 6749, 2.3.1). One without a secret only names itself. */
export function authenticationOf({ clientSecret, secretIn }: WithSecret): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  const way = secretIn === 'body' ? oauth.ClientSecretPost : oauth.ClientSecretBasic
  return way(clientSecret.expose())
}

/** The way that a server takes. RFC 8414, 2: one that says nothing takes the header. */
export function secretInFor(
  { token_endpoint_auth_methods_supported: ways = ['client_secret_basic'] }: oauth.AuthorizationServer,
  clientSecret: Secret | undefined,
): Client['secretIn'] | undefined {
  if (clientSecret === undefined) return undefined
  return ways.includes('client_secret_post') && !ways.includes('client_secret_basic') ? 'body' : 'header'
}
