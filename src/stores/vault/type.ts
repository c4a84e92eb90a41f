import type { StoreType } from '../store-type.ts'

export const vaultType: StoreType = {
  name: 'vault',
  canBeSettled: true,
  insteadOfKeychain:
    'there is no keychain here: secrets are kept in the encrypted vault from now on; what protects it: credbridge doctor',
  open: async (context) => (await import('./store.ts')).vaultHere(context),
  protects: async (context) => (await import('./about.ts')).protects(context),
  isMade: async (context) => (await import('./about.ts')).isMade(context),
  files: async (context) => (await import('./about.ts')).files(context),
  commandGroups: { vault: 'manage the vault, the encrypted folder for machines without a keychain' },
  commands: async () => (await import('./commands/commands.ts')).vaultCommands,
}
