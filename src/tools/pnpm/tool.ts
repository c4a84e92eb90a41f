import type { Tool } from '../tool.ts'

export const pnpmTool: Tool = {
  name: 'pnpm',
  title: 'pnpm',
  commands: ['credbridge-pnpm'],
  setup: async () => (await import('./setup.ts')).pnpmSetup,
  runs: ['pnpm', 'pn', 'pnpx', 'pnx'],
  launcher: async () => (await import('./launch.ts')).pnpmLauncher,
}
