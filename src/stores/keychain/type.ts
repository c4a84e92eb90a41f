import type { StoreType } from '../store-type.ts'

export const keychainType: StoreType = {
  name: 'keychain',
  canBeSettled: true,
  isSystemKeychain: (platform) => platform !== 'linux',
  open: async ({ machine }) => (await import('./open.ts')).openKeychain(machine),
  protects: async ({ machine }) => (await import('./about.ts')).protects(machine.platform),
  files: async (context) => (await import('./about.ts')).files(context),
  foreignItems: async (context, _asker, searches) => (await import('./about.ts')).foreignItems(context, searches),
}
