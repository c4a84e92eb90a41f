import { ourselves } from '../../core/credential.ts'
import { serviceName } from '../../core/endpoint.ts'
import type { Removal } from '../../core/remove.ts'

/*
 * When an access token of flytekit expires. flytekit's own item cannot contain that, so it is stored in an item of
 * ours, whose account is flytekit's service. It is removed with the token, by any tool.
 */

export const expiries = serviceName('flyte-expiry')

/** The user name of an access token. */
export const accessTokenKey = 'access_token'

/** What to save or remove with an item of Python's keyring; nothing with most. */
export function removalBeside(service: string, account: string): Removal | undefined {
  return account === accessTokenKey ? expiryRemoval(service) : undefined
}

export function expiryRemoval(service: string): Removal {
  return { tool: ourselves, kinds: ['text'], endpoint: expiries, account: service }
}
