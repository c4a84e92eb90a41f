import type { StoreType } from '../store-type.ts'

export const helperType: StoreType = {
  name: 'helper',
  parameter: '<name>',
  canBeSettled: true,
  offer: async (machine) => (await import('./offer.ts')).offerOfWindows(machine),
  async open({ machine, parameter }) {
    const [{ openHelper }, { sealedFor }] = await Promise.all([import('./store.ts'), import('./largest.ts')])
    return sealedFor(parameter, await openHelper(parameter, await machine.whole()), machine)
  },
  protects: async ({ parameter }) => `protects what docker-credential-${parameter} protects`,
}
