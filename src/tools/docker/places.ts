import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { shellWord } from '../../core/hint.ts'
import type { World } from '../tool.ts'

/** A file with docker's `auths`, `credsStore` and `credHelpers`, and who reads it. */
export interface Client {
  readonly name: 'docker' | 'helm'
  configFile(world: World): string
  /** The setting of the environment with which it reads this file. */
  asks(file: string): string
  /** The command that signs in. */
  readonly login: string
}

/** docker/cli, cli/config/config.go. */
export const docker: Client = {
  name: 'docker',
  configFile: (world) => join(absolute(world, 'DOCKER_CONFIG') ?? join(world.home, '.docker'), 'config.json'),
  asks: (file) => `DOCKER_CONFIG=${shellWord(dirname(file))}`,
  login: 'docker login',
}

/** helm, pkg/helmpath/lazypath.go and pkg/cli/environment.go. */
export const helm: Client = {
  name: 'helm',
  configFile(world) {
    const own = absolute(world, 'HELM_REGISTRY_CONFIG')
    return own ?? join(absolute(world, 'HELM_CONFIG_HOME') ?? join(helmBase(world), 'helm'), 'registry', 'config.json')
  },
  asks: (file) => `HELM_REGISTRY_CONFIG=${shellWord(file)}`,
  login: 'helm registry login',
}

function helmBase(world: World): string {
  const xdg = absolute(world, 'XDG_CONFIG_HOME')
  if (xdg !== undefined) return xdg
  if (world.platform === 'darwin') return join(world.home, 'Library', 'Preferences')
  return world.platform === 'win32' ? (absolute(world, 'APPDATA') ?? world.home) : join(world.home, '.config')
}

/** Where podman, skopeo and buildah read sign-ins, the first of them where they write them: containers-auth.json(5). */
export function authFiles(world: World): readonly [string, ...string[]] {
  const own = absolute(world, 'REGISTRY_AUTH_FILE')
  const lasting = join(absolute(world, 'XDG_CONFIG_HOME') ?? join(world.home, '.config'), 'containers', 'auth.json')
  if (own !== undefined) return [own, lasting]
  if (world.platform !== 'linux') return [lasting]
  const runtime = absolute(world, 'XDG_RUNTIME_DIR')
  const folder = runtime === undefined ? join('/run/containers', String(world.userId)) : join(runtime, 'containers')
  return [join(folder, 'auth.json'), lasting]
}

/** A path in the environment; a relative one would depend on where the client is started. */
function absolute(world: World, variable: string): string | undefined {
  const path = world.env[variable]
  if (path === undefined || path === '') return undefined
  if (isAbsolute(path)) return path
  throw new Failure('refused', `${variable} is not an absolute path`, {
    hints: [`set ${variable} to an absolute path`],
  })
}
