import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Machine } from '../tool.ts'

/** A client and its file with docker's `auths`, `credsStore` and `credHelpers`. */
export interface Client {
  readonly name: 'docker' | 'helm'
  /** The programs that read this file. */
  readonly programs: readonly string[]
  configFile(machine: Machine): string
  /** The environment variable with which it reads this file. */
  setting(file: string): readonly [variable: string, value: string]
  /** The command that signs in. */
  readonly login: string
}

/** docker/cli, cli/config/config.go. */
export const docker: Client = {
  name: 'docker',
  programs: ['docker', 'crane', 'oras', 'regctl', 'nerdctl', 'buildctl', 'skopeo'],
  configFile: (machine) => join(absolute(machine, 'DOCKER_CONFIG') ?? join(machine.home, '.docker'), 'config.json'),
  setting: (file) => ['DOCKER_CONFIG', dirname(file)],
  login: 'docker login',
}

/** helm, pkg/helmpath/lazypath.go and pkg/cli/environment.go. */
export const helm: Client = {
  name: 'helm',
  programs: ['helm'],
  configFile(machine) {
    const own = absolute(machine, 'HELM_REGISTRY_CONFIG')
    return (
      own ?? join(absolute(machine, 'HELM_CONFIG_HOME') ?? join(helmBase(machine), 'helm'), 'registry', 'config.json')
    )
  },
  setting: (file) => ['HELM_REGISTRY_CONFIG', file],
  login: 'helm registry login',
}

function helmBase(machine: Machine): string {
  const xdg = absolute(machine, 'XDG_CONFIG_HOME')
  if (xdg !== undefined) return xdg
  if (machine.platform === 'darwin') return join(machine.home, 'Library', 'Preferences')
  return machine.platform === 'win32' ? (absolute(machine, 'APPDATA') ?? machine.home) : join(machine.home, '.config')
}

/** The files in which podman, skopeo and buildah find sign-ins. They write to the first: containers-auth.json(5). */
export function authFiles(machine: Machine): readonly [string, ...string[]] {
  const own = absolute(machine, 'REGISTRY_AUTH_FILE')
  const lasting = join(absolute(machine, 'XDG_CONFIG_HOME') ?? join(machine.home, '.config'), 'containers', 'auth.json')
  if (own !== undefined) return [own, lasting]
  if (machine.platform !== 'linux') return [lasting]
  const runtime = absolute(machine, 'XDG_RUNTIME_DIR')
  const folder = runtime === undefined ? join('/run/containers', String(machine.userId)) : join(runtime, 'containers')
  return [join(folder, 'auth.json'), lasting]
}

/** An absolute path from the environment. A relative one would depend on the client's working directory. */
function absolute(machine: Machine, variable: string): string | undefined {
  const path = machine.env[variable]
  if (path === undefined || path === '') return undefined
  if (isAbsolute(path)) return path
  throw new Failure('refused', `${variable} is not an absolute path`, {
    hints: [hint`set ${variable} to an absolute path`],
  })
}
