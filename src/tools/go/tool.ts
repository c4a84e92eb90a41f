import type { Tool } from '../tool.ts'
import { command, kinds, tool } from './names.ts'

export const goTool: Tool = {
  name: tool,
  title: 'go, for modules that are not public',
  commands: [command],
  setup: async () => (await import('./setup.ts')).goSetup,
  question: async (...asked) => (await import('./question.ts')).goQuestion(...asked),
  lists: ({ endpoint, kind }) =>
    endpoint.form === 'address' && endpoint.scheme === 'https' && (kinds as readonly string[]).includes(kind),
}
