import { isForRegistries } from '../npm/authorization.ts'
import type { Tool } from '../tool.ts'

export const yarnTool: Tool = {
  name: 'yarn',
  title: 'Yarn 2 and later',
  commands: ['credbridge-yarn'],
  setup: async () => (await import('./setup.ts')).yarnSetup,
  question: async (...asked) => (await import('./question.ts')).yarnQuestion(...asked),
  importOptions: [{ flags: '--allow-http', says: 'also for a registry on another machine without encryption' }],
  plainSecrets: async () => (await import('./import.ts')).yarnrcSecrets,
  runs: ['yarn', 'yarnpkg'],
  launcher: async () => (await import('./launch.ts')).yarnLauncher,
  lists: isForRegistries,
  onlyShared: true,
}
