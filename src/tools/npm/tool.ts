import type { Tool } from '../tool.ts'
import { isForRegistries } from './authorization.ts'

export const npmTool: Tool = {
  name: 'npm',
  title: 'npm and npx',
  commands: ['credbridge-npm', 'credbridge-npx'],
  setup: async () => (await import('./setup.ts')).npmSetup,
  plainSecrets: async () => (await import('./import-all.ts')).everyManagersSecrets,
  runs: ['npm', 'npx'],
  launcher: async () => (await import('./launch.ts')).npmLauncher,
  lists: isForRegistries,
}
