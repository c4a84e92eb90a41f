import type { StoreType } from '../store-type.ts'

/** For the tests of programs: only the environment can choose it (CREDBRIDGE_STORE=memory). */
export const memoryType: StoreType = {
  name: 'memory',
  canBeSettled: false,
  open: async () => (await import('./store.ts')).memoryStore(),
  protects: async () => 'for tests: lost when the command ends',
}
