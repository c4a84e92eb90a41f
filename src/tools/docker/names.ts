import { join, resolve } from 'node:path'
import { ownerIn } from '../../core/configuration.ts'
import type { Kind, Owner } from '../../core/credential.ts'
import type { Environment } from '../../system/machine.ts'

/** A credbridge command that speaks docker's protocol. */
export interface HelperName {
  /** The name in a configuration. Clients run `docker-credential-<name>` from PATH. */
  readonly name: string
  readonly command: string
}

/** For all clients that read docker's configuration. */
export const dockerHelper: HelperName = named('credbridge')

/** For podman, skopeo and buildah. It has the same sign-ins and lists them in the spelling of these clients. */
export const containersHelper: HelperName = named('credbridge-containers')

function named(name: string): HelperName {
  return { name, command: commandOf(name) }
}

/** The command of a helper that a configuration names. */
export function commandOf(name: string): string {
  return `docker-credential-${name}`
}

/** The owner of the sign-ins of docker and its relatives. */
export const docker: Owner = 'docker'

/** The owner of the sign-ins that docker makes with this environment. Each folder in DOCKER_CONFIG has an owner. */
export function ownerFor(env: Environment, folder: string): Owner {
  const named = env['DOCKER_CONFIG'] ?? ''
  const home = env['HOME'] ?? env['USERPROFILE']
  const configuration = resolve(folder, named)
  const isUsual = named === '' || (home !== undefined && configuration === join(home, '.docker'))
  return isUsual ? docker : ownerIn(docker, configuration)
}

/** The user name that marks an identity token: docker/cli, cli/config/credentials/native_store.go. */
export const identityUser = '<token>'

/** The kind of secret that docker stores under this user name. */
export function kindOf(user: string): Kind {
  return user === identityUser ? 'docker-identity' : 'basic'
}
