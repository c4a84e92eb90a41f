import type { Tool } from '../tool.ts'

export const askpassTool: Tool = {
  name: 'askpass',
  title: 'prompts of git and ssh',
  commands: ['credbridge-askpass'],
  setUpByNameOnly: true,
  setup: async () => (await import('./setup.ts')).askpassSetup,
}
