import type { Entry } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import type { SetupOption, Tool, World } from '../tool.ts'
import { isServer } from './address.ts'
import { dockerSecretService } from './foreign-helpers.ts'
import { containersHelper, dockerHelper, identityUser } from './names.ts'
import { isNoRegistry } from './no-registry.ts'

const fileOption: SetupOption = { flags: '--file <path>', says: 'another file with `auths`' }

const takingOver: readonly SetupOption[] = [
  { flags: '-y, --yes', says: 'take over sign-ins that would not be found any more, without a question' },
  { flags: '--no-import', says: 'leave them where they are' },
]

const helperOptions: readonly SetupOption[] = [
  { flags: '--registry <host...>', says: 'only for these registries' },
  { flags: '--replace', says: 'instead of another helper that is configured; undo brings it back' },
  ...takingOver,
]

function lists({ endpoint, kind, account }: Entry): boolean {
  return kind === 'basic' && account !== identityUser && isServer(endpoint)
}

/** Whether it can be the registry that a client has to sign in to: a whole host, and none that is known to be something else. */
function isRegistry(at: Endpoint): boolean {
  return at.form === 'address' && at.scheme === 'https' && at.path === '' && !isNoRegistry(at)
}

/** They ask a helper what it has and never for a single registry; podman does so with --remote, and always on other systems. */
function clientsByList(world: World): readonly string[] {
  const clients = { regctl: 'regctl', podman: 'podman --remote' }
  return Object.entries(clients).flatMap(([program, name]) => (world.program(program) === undefined ? [] : [name]))
}

export const dockerTool: Tool = {
  name: 'docker',
  title: 'docker, buildx, compose, oras, crane, regctl and all that read its configuration',
  commands: [dockerHelper.command],
  byName: true,
  setup: async () => (await import('./setup.ts')).dockerSetup,
  setupOptions: helperOptions,
  importOptions: [
    fileOption,
    { flags: '--helper <name>', says: 'what docker-credential-<name> keeps, instead of what lies in files' },
  ],
  plainSecrets: async () => (await import('./import.ts')).dockerPlainSecrets,
  neighbours: [dockerSecretService],
  lists,
  seeOnlyListed: (entry, world) => (lists(entry) && isRegistry(entry.endpoint) ? clientsByList(world) : []),
}

/** These have docker's sign-ins, by a command of their own. */
export const containersTool: Tool = {
  name: 'containers',
  title: 'podman, skopeo and buildah',
  commands: [containersHelper.command],
  byName: true,
  setup: async () => (await import('./containers.ts')).containersSetup,
  setupOptions: [{ flags: '--registry <host...>', says: 'only for these registries, in auth.json' }, ...takingOver],
  importOptions: [fileOption],
  plainSecrets: async () => (await import('./import.ts')).containersPlainSecrets,
}

export const helmTool: Tool = {
  name: 'helm',
  title: 'helm',
  commands: [dockerHelper.command],
  byName: true,
  setup: async () => (await import('./setup.ts')).helmSetup,
  setupOptions: helperOptions,
  importOptions: [fileOption],
  plainSecrets: async () => (await import('./import.ts')).helmPlainSecrets,
}
