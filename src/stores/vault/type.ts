import { basename, dirname, join } from 'node:path'
import type { Machine } from '../../system/machine.ts'
import type { StoreContext, StoreType } from '../store-type.ts'

export const vaultType: StoreType = {
  name: 'vault',
  canBeSettled: true,
  insteadOfKeychain:
    'there is no keychain here: secrets are kept in the encrypted vault from now on (its protection: credbridge doctor)',
  async open({ machine, settings }) {
    const [{ vaultStore }, { vaultOptions }] = await Promise.all([import('./store.ts'), import('./machine-options.ts')])
    return vaultStore(vaultOptions(settings, machine))
  },
  async protects(context) {
    const { options, status } = await statusOf(context)
    if (status === undefined) {
      return `not made yet: the first save makes it with the key file ${options.keyFile} (obfuscated, not secret: anyone who can read both can open it)`
    }
    const keyFile = status.slots.find(({ type }) => type === 'key-file')
    if (keyFile !== undefined) {
      return `obfuscated, not secret: anyone who can read the vault and ${keyFile.about} can open it`
    }
    return `encrypted: opened by ${status.slots.map(({ about }) => about).join(', or by ')}; while it is unlocked, every program that you run can read it`
  },
  isMade: async (context) => (await statusOf(context)).status !== undefined,
  async files({ machine, settings }) {
    const { vaultOptions } = await import('./machine-options.ts')
    const { folder, keyFile } = vaultOptions(settings, machine)
    // A key file whose place a person chose may open other vaults.
    const keys = settings.vaultKeyFile === undefined ? siblings(machine, keyFile) : []
    return [...(machine.files.exists(folder) ? [folder] : []), ...keys]
  },
  commandGroups: { vault: 'manage the vault, the encrypted folder for machines without a keychain' },
  commands: async () => (await import('./commands/commands.ts')).vaultCommands,
}

/** The file and those that a change of the vault's key leaves beside it. */
function siblings({ files }: Machine, path: string): readonly string[] {
  const [folder, start] = [dirname(path), basename(path)]
  const names = files.names(folder).filter((name) => name === start || name.startsWith(`${start}.`))
  return names.map((name) => join(folder, name))
}

async function statusOf({ machine, settings }: StoreContext) {
  const [{ vaultStatus }, { vaultOptions }] = await Promise.all([import('./manage.ts'), import('./machine-options.ts')])
  const options = vaultOptions(settings, machine)
  return { options, status: await vaultStatus(options) }
}
