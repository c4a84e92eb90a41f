import type { Tool } from '../tool.ts'

export const gitTool: Tool = {
  name: 'git',
  title: 'git, git-lfs and everything that asks `git credential`',
  commands: ['git-credential-credbridge'],
  setup: async () => (await import('./setup.ts')).gitSetup,
  plainSecrets: async () => (await import('./import.ts')).gitPlainSecrets,
}
