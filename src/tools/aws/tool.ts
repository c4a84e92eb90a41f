import type { Tool } from '../tool.ts'
import { command, tool } from './names.ts'

export const awsTool: Tool = {
  name: tool,
  title: "AWS's command line and SDKs",
  commands: [command],
  setup: async () => (await import('./setup.ts')).awsSetup,
  question: async (...asked) => (await import('./question.ts')).awsQuestion(...asked),
  setUpByNameOnly: true,
  setupOptions: [
    { flags: '--profile <name>', says: 'the profile that asks credbridge; by default AWS_PROFILE, else default' },
    { flags: '--endpoint <address>', says: 'the keys of another cloud, by the address that they are kept for' },
    { flags: '-y, --yes', says: 'import keys that would no longer be found, without asking' },
    { flags: '--no-import', says: 'do not import such keys' },
  ],
  plainSecrets: async () => (await import('./import.ts')).awsPlainSecrets,
}
