import type { Tool } from '../tool.ts'
import { command, tool } from './names.ts'

export const kubectlTool: Tool = {
  name: tool,
  title: 'kubectl, helm and all that read a kubeconfig',
  commands: [command],
  setup: async () => (await import('./setup.ts')).kubectlSetup,
  question: async (...asked) => (await import('./question.ts')).kubectlQuestion(...asked),
  setUpByNameOnly: true,
  setupOptions: [
    { flags: '--user <name>', says: 'the user of the kubeconfig; by default that of the current context' },
    { flags: '--account <name>', says: 'the account that is kept for it, where a server has several' },
    { flags: '-y, --yes', says: 'import a secret that kubectl would use first, without asking' },
    { flags: '--no-import', says: 'leave such a secret where it is' },
  ],
  plainSecrets: async () => (await import('./import.ts')).kubectlPlainSecrets,
}
