import { ourselves } from '../../core/credential.ts'
import { serviceName } from '../../core/endpoint.ts'
import type { Removal } from '../../core/remove.ts'

/*
 * Until when an access token of flytekit's is good, which its own item cannot say, lies beside it in an item of ours: the
 * account is flytekit's service. It goes with the token, whoever removes that.
 */

export const expiries = serviceName('flyte-expiry')

/** The user name of an access token. */
export const accessTokenKey = 'access_token'

/** What goes with an item of Python's keyring; nothing with most. */
export function removalBeside(service: string, account: string): Removal | undefined {
  return account === accessTokenKey ? expiryRemoval(service) : undefined
}

export function expiryRemoval(service: string): Removal {
  return { tool: ourselves, kinds: ['text'], endpoint: expiries, account: service }
}
