import { join, resolve } from 'node:path'
import { ownerIn } from '../../core/configuration.ts'
import type { Kind, Owner } from '../../core/credential.ts'
import type { Environment } from '../../system/machine.ts'

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
  return { name, command: commandOf(name) }
}

/** The command of a helper that stands in a configuration. */
export function commandOf(name: string): string {
  return `docker-credential-${name}`
}

/** What owns the sign-ins of docker and its kin. */
export const docker: Owner = 'docker'

/** Whose sign-ins those are that docker makes with this environment: each folder that DOCKER_CONFIG names has its own. */
export function ownerFor(env: Environment, folder: string): Owner {
  const named = env['DOCKER_CONFIG'] ?? ''
  const home = env['HOME'] ?? env['USERPROFILE']
  const configuration = resolve(folder, named)
  const isUsual = named === '' || (home !== undefined && configuration === join(home, '.docker'))
  return isUsual ? docker : ownerIn(docker, configuration)
}

/** The user name that marks an identity token: docker/cli, cli/config/credentials/native_store.go. */
export const identityUser = '<token>'

/** What the secret of a user is, as docker keeps it. */
export function kindOf(user: string): Kind {
  return user === identityUser ? 'docker-identity' : 'basic'
}
