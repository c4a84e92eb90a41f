import type { SetupOption, Tool } from '../tool.ts'
import { isServer } from './address.ts'
import { dockerSecretService } from './foreign-helpers.ts'
import { containersHelper, dockerHelper, identityUser } from './names.ts'

const fileOption: SetupOption = { flags: '--file <path>', says: 'another file with `auths`' }

const helperOptions: readonly SetupOption[] = [
  { flags: '--registry <host...>', says: 'only for these registries' },
  { flags: '--replace', says: 'instead of another helper that is configured; undo brings it back' },
]

export const dockerTool: Tool = {
  name: 'docker',
  title: 'docker, buildx, compose, oras, crane and all that read its configuration',
  commands: [dockerHelper.command],
  setup: async () => (await import('./setup.ts')).dockerSetup,
  setupOptions: helperOptions,
  importOptions: [
    fileOption,
    { flags: '--helper <name>', says: 'what docker-credential-<name> keeps, instead of what lies in files' },
  ],
  plainSecrets: async () => (await import('./import.ts')).dockerPlainSecrets,
  neighbours: [dockerSecretService],
  lists: ({ endpoint, kind, account }) => kind === 'basic' && account !== identityUser && isServer(endpoint),
}

/** These have docker's sign-ins, by a command of their own. */
export const containersTool: Tool = {
  name: 'containers',
  title: 'podman, skopeo and buildah',
  commands: [containersHelper.command],
  setup: async () => (await import('./containers.ts')).containersSetup,
  setupOptions: [{ flags: '--registry <host...>', says: 'only for these registries, in auth.json' }],
  importOptions: [fileOption],
  plainSecrets: async () => (await import('./import.ts')).containersPlainSecrets,
}

export const helmTool: Tool = {
  name: 'helm',
  title: 'helm',
  commands: [],
  setup: async () => (await import('./setup.ts')).helmSetup,
  setupOptions: helperOptions,
  importOptions: [fileOption],
  plainSecrets: async () => (await import('./import.ts')).helmPlainSecrets,
}
