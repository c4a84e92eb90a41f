import type { Tool } from '../tool.ts'
import { cargoLibsecret } from './foreign-helpers.ts'
import { command } from './names.ts'

export const cargoTool: Tool = {
  name: 'cargo',
  title: 'cargo',
  commands: [command],
  setup: async () => (await import('./setup.ts')).cargoSetup,
  question: async (...asked) => (await import('./question.ts')).cargoQuestion(...asked),
  importOptions: [
    { flags: '--index <name=url...>', says: 'where a registry is that your own configuration does not name' },
  ],
  plainSecrets: async () => (await import('./import.ts')).cargoPlainSecrets,
  foreignHelpers: [cargoLibsecret],
  lists: ({ endpoint, kind }) => endpoint.form === 'address' && ['bearer', 'header', 'basic'].includes(kind),
}
