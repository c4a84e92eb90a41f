import type { Kind } from '../../core/credential.ts'

/** One of our commands that speak docker's protocol. */
export interface HelperName {
  /** What stands in a configuration: clients run `docker-credential-<name>` from their PATH. */
  readonly name: string
  readonly command: string
}

/** For all that read docker's configuration. */
export const dockerHelper: HelperName = named('credbridge')

/** For podman, skopeo and buildah: the same sign-ins, listed as these spell them. */
export const containersHelper: HelperName = named('credbridge-containers')

function named(name: string): HelperName {
  return { name, command: `docker-credential-${name}` }
}

/** The user name that marks an identity token: docker/cli, cli/config/credentials/native_store.go. */
export const identityUser = '<token>'

/** What the secret of a user is, as docker keeps it. */
export function kindOf(user: string): Kind {
  return user === identityUser ? 'docker-identity' : 'basic'
}
