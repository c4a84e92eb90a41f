import type { Kind } from '../../core/credential.ts'

/** What stands in a configuration: clients run `docker-credential-<name>` from their PATH. */
export const name = 'credbridge'
export const command = `docker-credential-${name}`

/** The user name that marks an identity token: docker/cli, cli/config/credentials/native_store.go. */
export const identityUser = '<token>'

/** What the secret of a user is, as docker keeps it. */
export function kindOf(user: string): Kind {
  return user === identityUser ? 'docker-identity' : 'basic'
}
