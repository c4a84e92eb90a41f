import type { StoreType } from '../store-type.ts'

export const helperType: StoreType = {
  name: 'helper',
  parameter: '<name>',
  canBeSettled: true,
  open: async ({ machine, parameter }) => (await import('./store.ts')).openHelper(parameter, machine),
  protects: async ({ parameter }) => `protects what docker-credential-${parameter} protects`,
}
