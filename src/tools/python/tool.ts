import type { SetupOption, Tool } from '../tool.ts'
import { uvNative } from './foreign-helpers.ts'

const keyringCommand = 'credbridge-keyring'

const keyringOptions: readonly SetupOption[] = [
  { flags: '--before-others', says: 'go before another keyring command on PATH, which stays where it is' },
]

export const pythonTool: Tool = {
  name: 'python',
  title: "every Python program that imports keyring: twine, poetry, flytekit, notebooks, and Python's keyring itself",
  commands: [keyringCommand],
  setup: async () => (await import('./setup/python.ts')).pythonSetup,
  question: async (...asked) => (await import('./question.ts')).pythonQuestion(...asked),
  plainSecrets: async () => (await import('./import.ts')).pythonPlainSecrets,
}

export const pipTool: Tool = {
  name: 'pip',
  asksAs: 'python',
  title: 'pip, which runs a command named keyring',
  commands: [keyringCommand],
  setup: async () => (await import('./setup/pip.ts')).pipSetup,
  question: async (...asked) => (await import('./question.ts')).indexQuestion(...asked),
  setupOptions: keyringOptions,
  setupInEmptyHome: ['--before-others'],
}

export const uvTool: Tool = {
  name: 'uv',
  asksAs: 'python',
  title: 'uv, which runs a command named keyring',
  commands: [keyringCommand],
  setup: async () => (await import('./setup/uv.ts')).uvSetup,
  question: async (...asked) => (await import('./question.ts')).indexQuestion(...asked),
  setupOptions: keyringOptions,
  setupInEmptyHome: ['--before-others'],
  foreignHelpers: [uvNative],
}
