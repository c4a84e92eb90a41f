import { isForRegistries } from '../npm/authorization.ts'
import type { Tool } from '../tool.ts'

export const pnpmTool: Tool = {
  name: 'pnpm',
  title: 'pnpm',
  commands: ['credbridge-pnpm'],
  setup: async () => (await import('./setup.ts')).pnpmSetup,
  question: async (...asked) => (await import('./question.ts')).pnpmQuestion(...asked),
  setupOptions: [
    { flags: '--registry <address...>', says: 'these registries, else those that your own npmrc names' },
    { flags: '--npmrc', says: 'a line in ~/.npmrc, for projects that ask for pnpm 10; npm 11 warns about it' },
  ],
  importOptions: [{ flags: '--allow-http', says: 'also secrets for a registry on another machine without encryption' }],
  plainSecrets: async () => (await import('./import.ts')).pnpmSecrets,
  runs: ['pnpm', 'pn', 'pnpx', 'pnx'],
  launcher: async () => (await import('./launch.ts')).pnpmLauncher,
  lists: (entry) => (entry.kind === 'header' && entry.endpoint.form === 'address') || isForRegistries(entry),
}
