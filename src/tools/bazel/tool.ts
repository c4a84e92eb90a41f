import type { Tool } from '../tool.ts'
import { command, tool } from './names.ts'

export const bazelTool: Tool = {
  name: tool,
  title: 'Bazel, and other clients of its specification for credential helpers',
  commands: [command],
  setup: async () => (await import('./setup.ts')).bazelSetup,
  question: async (...asked) => (await import('./question.ts')).bazelQuestion(...asked),
  setUpByNameOnly: true,
  setupOptions: [{ flags: '--host <host...>', says: 'only for these hosts; *.example.com has all below and itself' }],
}
