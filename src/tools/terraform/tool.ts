import type { Tool } from '../tool.ts'
import { command, tool } from './names.ts'

export const terraformTool: Tool = {
  name: tool,
  title: 'Terraform and OpenTofu',
  commands: [command],
  setup: async () => (await import('./setup.ts')).terraformSetup,
  question: async (...asked) => (await import('./question.ts')).terraformQuestion(...asked),
  plainSecrets: async () => (await import('./import.ts')).terraformPlainSecrets,
}
