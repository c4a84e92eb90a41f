import type { Tool } from '../tool.ts'

export const askpassTool: Tool = {
  name: 'askpass',
  title: 'prompts of git and ssh',
  // Setup proves itself with a throw-away credential that it stores as git does.
  commands: ['credbridge-askpass', 'git-credential-credbridge'],
  setup: async () => (await import('./setup.ts')).askpassSetup,
}
