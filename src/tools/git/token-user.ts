import type { Entry } from '../../core/credential.ts'
import type { Address } from '../../core/endpoint.ts'
import type { Lookup } from '../../core/selection.ts'

/*
 * git sends no empty user name, and servers accept a token as the password of a user. The provider determines the name:
 *
 *   https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
 *   https://docs.gitlab.com/api/oauth2/#access-git-over-https-with-access-token
 *   https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/
 *
 * Azure DevOps, Gitea and most others accept any name.
 */
const users: ReadonlyMap<string, string> = new Map([
  ['github.com', 'x-access-token'],
  ['gist.github.com', 'x-access-token'],
  ['gitlab.com', 'oauth2'],
  ['bitbucket.org', 'x-token-auth'],
])

/** The user name to send with a token. `true`: the one in the settings. `undefined`: none, this is not a web server. */
export function tokenUserAt({ scheme, host }: Address): string | true | undefined {
  return scheme === 'https' || scheme === 'http' ? (users.get(host) ?? true) : undefined
}

/**
 * What a client can carry that sends a user name and a password. A token of another owner can be sent as the password,
 * with the user name that the provider expects. The client's own credentials are sent as it saved them.
 */
export function passwordWire(endpoint: Address): Pick<Lookup, 'kinds' | 'borrowedKinds' | 'tokenUser'> {
  const tokenUser = tokenUserAt(endpoint)
  return { kinds: ['basic'], ...(tokenUser === undefined ? {} : { borrowedKinds: ['bearer'], tokenUser }) }
}

/** The user name that git sends with a credential without one; `undefined` if it sends none. */
export function userForToken({ endpoint, account, kind }: Entry, fromSettings: string): string | undefined {
  if (account !== '' || endpoint.form !== 'address' || !['basic', 'bearer'].includes(kind)) return undefined
  const user = tokenUserAt(endpoint)
  return user === true ? fromSettings : user
}
