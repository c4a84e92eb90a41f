import type { Tool } from '../tool.ts'
import { isForRegistries } from './authorization.ts'

export const npmTool: Tool = {
  name: 'npm',
  title: 'npm and npx',
  commands: ['credbridge-npm', 'credbridge-npx'],
  shims: ['credbridge-npm', 'credbridge-npx'],
  setup: async () => (await import('./setup.ts')).npmSetup,
  question: async (...asked) => (await import('./question.ts')).launcherQuestion('npm')(...asked),
  importOptions: [
    { flags: '--file <path>', says: 'only this npmrc' },
    { flags: '--only <darts...>', says: 'only the secrets under these keys, for example //registry.example.com/' },
    { flags: '--allow-http', says: 'also secrets for a registry on another machine without encryption' },
  ],
  plainSecrets: async () => (await import('./import-all.ts')).everyManagersSecrets,
  runs: ['npm', 'npx'],
  launcher: async () => (await import('./launch.ts')).npmLauncher,
  lists: isForRegistries,
  onlyShared: true,
}
