import type { StoreType } from '../store-type.ts'
import { indexFileIn } from './place.ts'

export const keychainType: StoreType = {
  name: 'keychain',
  canBeSettled: true,
  isSystemKeychain: (platform) => platform !== 'linux',
  open: async ({ machine }) => (await import('./open.ts')).openKeychain(machine),
  async files({ machine }) {
    const { sealingOptions } = await import('../vault/machine-options.ts')
    const index = indexFileIn(machine.folders.data)
    const { files } = await machine.whole()
    return [index, `${index}.lock`, sealingOptions(machine).folder].filter((path) => files.exists(path))
  },
  async foreignItems({ machine }, _asker, searches) {
    if (machine.platform === 'darwin')
      return (await import('./mac/foreign-items.ts')).gitForeignItems(machine.run, searches)
    if (machine.platform !== 'win32') return undefined
    const [{ gitForeignItems }, { managerOf }] = await Promise.all([
      import('./windows/foreign-items.ts'),
      import('./open.ts'),
    ])
    return gitForeignItems(managerOf(await machine.whole()), searches)
  },
  async protects({ machine: { platform } }) {
    if (platform === 'win32') return 'encrypted for your account: every program that you run can read it'
    if (platform === 'darwin') return 'encrypted under your login password: every script that node runs can read it'
    return 'encrypted under your login password: while it is unlocked, every program that you run can read it'
  },
}
