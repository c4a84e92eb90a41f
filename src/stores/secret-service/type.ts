import type { StoreType } from '../store-type.ts'

export const secretServiceType: StoreType = {
  name: 'secret-service',
  canBeSettled: true,
  isSystemKeychain: (platform) => platform === 'linux',
  open: async (context) => (await import('./store.ts')).secretServiceHere(context),
  protects: async () =>
    'encrypted under your login password: while it is unlocked, every program that you run can read it',
  foreignItems: async (...how) => (await import('./foreign-items.ts')).foreignItemsHere(...how),
}
