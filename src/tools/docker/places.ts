import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { World } from '../tool.ts'

/** A client and its file with docker's `auths`, `credsStore` and `credHelpers`. */
export interface Client {
  readonly name: 'docker' | 'helm'
  configFile(world: World): string
  /** The environment variable with which it reads this file. */
  setting(file: string): readonly [variable: string, value: string]
  /** The command that signs in. */
  readonly login: string
}

/** docker/cli, cli/config/config.go. */
export const docker: Client = {
  name: 'docker',
  configFile: (world) => join(absolute(world, 'DOCKER_CONFIG') ?? join(world.home, '.docker'), 'config.json'),
  setting: (file) => ['DOCKER_CONFIG', dirname(file)],
  login: 'docker login',
}

/** helm, pkg/helmpath/lazypath.go and pkg/cli/environment.go. */
export const helm: Client = {
  name: 'helm',
  configFile(world) {
    const own = absolute(world, 'HELM_REGISTRY_CONFIG')
    return own ?? join(absolute(world, 'HELM_CONFIG_HOME') ?? join(helmBase(world), 'helm'), 'registry', 'config.json')
  },
  setting: (file) => ['HELM_REGISTRY_CONFIG', file],
  login: 'helm registry login',
}

function helmBase(world: World): string {
  const xdg = absolute(world, 'XDG_CONFIG_HOME')
  if (xdg !== undefined) return xdg
  if (world.platform === 'darwin') return join(world.home, 'Library', 'Preferences')
  return world.platform === 'win32' ? (absolute(world, 'APPDATA') ?? world.home) : join(world.home, '.config')
}

/** The files in which podman, skopeo and buildah find sign-ins. They write to the first: containers-auth.json(5). */
export function authFiles(world: World): readonly [string, ...string[]] {
  const own = absolute(world, 'REGISTRY_AUTH_FILE')
  const lasting = join(absolute(world, 'XDG_CONFIG_HOME') ?? join(world.home, '.config'), 'containers', 'auth.json')
  if (own !== undefined) return [own, lasting]
  if (world.platform !== 'linux') return [lasting]
  const runtime = absolute(world, 'XDG_RUNTIME_DIR')
  const folder = runtime === undefined ? join('/run/containers', String(world.userId)) : join(runtime, 'containers')
  return [join(folder, 'auth.json'), lasting]
}

/** An absolute path from the environment. A relative one would depend on the client's working directory. */
function absolute(world: World, variable: string): string | undefined {
  const path = world.env[variable]
  if (path === undefined || path === '') return undefined
  if (isAbsolute(path)) return path
  throw new Failure('refused', `${variable} is not an absolute path`, {
    hints: [hint`set ${variable} to an absolute path`],
  })
}
