import type { Entry } from '../../core/credential.ts'
import type { Address, Endpoint } from '../../core/endpoint.ts'
import type { Machine, NotAsking, SetupOption, Tool } from '../tool.ts'
import { isServer } from './address.ts'
import { dockerSecretService } from './foreign-helpers.ts'
import { containersHelper, dockerHelper, identityUser } from './names.ts'
import { isNoRegistry } from './no-registry.ts'

const fileOption: SetupOption = { flags: '--file <path>', says: 'read this file with `auths` instead' }

const takingOver: readonly SetupOption[] = [
  { flags: '-y, --yes', says: 'import sign-ins that would no longer be found, without asking' },
  { flags: '--no-import', says: 'do not import such sign-ins' },
]

const helperOptions: readonly SetupOption[] = [
  { flags: '--registry <host...>', says: 'only for these registries' },
  { flags: '--replace', says: 'replace another configured helper; undo restores it' },
  ...takingOver,
]

function lists({ endpoint, kind, account }: Entry): boolean {
  return kind === 'basic' && account !== identityUser && isServer(endpoint)
}

/** Whether a client may sign in to it as a registry: a whole host that is not known to be something else. */
function isRegistry(at: Endpoint): boolean {
  return at.form === 'address' && at.scheme === 'https' && at.path === '' && !isNoRegistry(at)
}

/** Clients that only list and never ask for one registry. podman does so with --remote, and always outside Linux. */
function clientsByList(machine: Machine): readonly string[] {
  const clients = { regctl: 'regctl', podman: 'podman --remote' }
  return Object.entries(clients).flatMap(([program, name]) => (machine.program(program) === undefined ? [] : [name]))
}

async function askedInstead(machine: Machine, name: 'docker' | 'helm', at: Address): Promise<readonly NotAsking[]> {
  const [{ askedInstead }, clients] = await Promise.all([import('./check.ts'), import('./places.ts')])
  return askedInstead(machine, clients[name], at)
}

export const dockerTool: Tool = {
  name: 'docker',
  title: 'docker, buildx, compose, oras, crane, regctl and all that read its configuration',
  commands: [dockerHelper.command],
  byName: true,
  setup: async () => (await import('./setup.ts')).dockerSetup,
  question: async (...asked) => (await import('./question.ts')).dockerQuestion(...asked),
  askedBefore: (machine, at) => askedInstead(machine, 'docker', at),
  setupOptions: helperOptions,
  importOptions: [
    fileOption,
    { flags: '--helper <name>', says: 'import from docker-credential-<name> instead of from files' },
  ],
  plainSecrets: async () => (await import('./import.ts')).dockerPlainSecrets,
  keepers: async (machine) => (await import('./keepers.ts')).dockerKeepers(machine),
  foreignHelpers: [dockerSecretService],
  lists,
  seeOnlyListed: (entry, machine) => (lists(entry) && isRegistry(entry.endpoint) ? clientsByList(machine) : []),
}

/** They share docker's sign-ins but have a separate command. */
export const containersTool: Tool = {
  name: 'containers',
  asksAs: 'docker',
  title: 'podman, skopeo and buildah',
  commands: [containersHelper.command],
  byName: true,
  setup: async () => (await import('./containers.ts')).containersSetup,
  question: async (...asked) => (await import('./question.ts')).containersQuestion(...asked),
  setupOptions: [{ flags: '--registry <host...>', says: 'only for these registries, in auth.json' }, ...takingOver],
  importOptions: [fileOption],
  plainSecrets: async () => (await import('./import.ts')).containersPlainSecrets,
}

export const helmTool: Tool = {
  name: 'helm',
  asksAs: 'docker',
  title: 'helm',
  commands: [dockerHelper.command],
  byName: true,
  setup: async () => (await import('./setup.ts')).helmSetup,
  question: async (...asked) => (await import('./question.ts')).dockerQuestion(...asked),
  askedBefore: (machine, at) => askedInstead(machine, 'helm', at),
  setupOptions: helperOptions,
  importOptions: [fileOption],
  plainSecrets: async () => (await import('./import.ts')).helmPlainSecrets,
}
