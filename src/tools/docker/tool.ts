import type { Tool } from '../tool.ts'
import { isServer } from './address.ts'
import { dockerSecretService } from './foreign-helpers.ts'
import { command, identityUser } from './names.ts'

export const dockerTool: Tool = {
  name: 'docker',
  title: 'docker, buildx, compose, oras, crane and all that read its configuration',
  commands: [command],
  setup: async () => (await import('./setup.ts')).dockerSetup,
  plainSecrets: async () => (await import('./import.ts')).dockerPlainSecrets,
  neighbours: [dockerSecretService],
  lists: ({ endpoint, kind, account }) => kind === 'basic' && account !== identityUser && isServer(endpoint),
}

/** These share docker's command, and so its sign-ins. */
export const containersTool: Tool = {
  name: 'containers',
  title: 'podman, skopeo and buildah',
  commands: [],
  setup: async () => (await import('./containers.ts')).containersSetup,
  plainSecrets: async () => (await import('./import.ts')).containersPlainSecrets,
}

export const helmTool: Tool = {
  name: 'helm',
  title: 'helm',
  commands: [],
  setup: async () => (await import('./setup.ts')).helmSetup,
  plainSecrets: async () => (await import('./import.ts')).helmPlainSecrets,
}
