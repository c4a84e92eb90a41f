import type { Tool } from '../tool.ts'
import { gcm, libsecret, osxkeychain, wincred } from './foreign-helpers.ts'
import { userForToken } from './token-user.ts'

export const gitTool: Tool = {
  name: 'git',
  title: 'git, git-lfs and everything that asks `git credential`',
  commands: ['git-credential-credbridge'],
  setup: async () => (await import('./setup.ts')).gitSetup,
  question: async (...asked) => (await import('./question.ts')).gitQuestion(...asked),
  askedBefore: async (...about) => (await import('./other-helpers.ts')).askedBefore(...about),
  setupOptions: [{ flags: '--only', says: 'ignore the helpers configured before credbridge' }],
  importOptions: [{ flags: '--file <path>', says: 'read this file of git-credential-store instead' }],
  foreignHelpers: [libsecret, gcm, wincred, osxkeychain],
  userFor: userForToken,
  keepers: async (machine) => (await import('./keepers.ts')).gitKeepers(machine),
  plainSecrets: async () => (await import('./import.ts')).gitPlainSecrets,
}
