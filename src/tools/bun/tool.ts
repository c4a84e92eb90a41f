import { isForRegistries } from '../npm/authorization.ts'
import type { Tool } from '../tool.ts'

export const bunTool: Tool = {
  name: 'bun',
  title: 'Bun, by credbridge run',
  commands: [],
  setup: async () => (await import('./setup.ts')).bunSetup,
  question: async (...asked) => (await import('../npm/question.ts')).launcherQuestion('bun')(...asked),
  importOptions: [{ flags: '--allow-http', says: 'also for a registry on another machine without encryption' }],
  plainSecrets: async () => (await import('./import.ts')).bunfigSecrets,
  runs: ['bun', 'bunx'],
  launcher: async () => (await import('./launch.ts')).bunLauncher,
  lists: isForRegistries,
  onlyShared: true,
}
