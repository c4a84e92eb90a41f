import type { Traits } from '../core/store.ts'
import type { StoreSettings, Surroundings } from './choose.ts'
import { vaultOptions } from './vault/machine-options.ts'

/** How long what a store keeps lasts. */
export function lastsUntil({ lasts }: Traits): string {
  const ends = {
    process: 'until this process ends',
    session: 'until you log out',
    reboot: 'until the machine restarts',
    forever: 'until it is removed',
  }
  return ends[lasts]
}

/** What a store protects against, and what not, in one sentence for a person (SECURITY.md has the whole table). */
export async function protectionOf(name: string, settings: StoreSettings, surroundings: Surroundings): Promise<string> {
  const { platform } = surroundings
  if (name === 'vault') return protectionOfVault(settings, surroundings)
  if (name.startsWith('helper:')) return `protects what docker-credential-${name.slice('helper:'.length)} protects`
  if (name === 'memory') return 'for tests: gone when the command ends'
  if (platform === 'win32') return 'encrypted for your account: every program that you run can read it'
  if (platform === 'darwin') return 'encrypted under your login password: what runs in the same node can read it, too'
  return 'encrypted under your login password: while it is unlocked, every program that you run can read it'
}

async function protectionOfVault(settings: StoreSettings, surroundings: Surroundings): Promise<string> {
  const { vaultStatus } = await import('./vault/manage.ts')
  const options = vaultOptions(settings, surroundings)
  const status = await vaultStatus(options)
  if (status === undefined) {
    return `not made yet: the first save makes it, with the key file ${options.keyFile} (obfuscated, not secret, to whoever reads both)`
  }
  const keyFile = status.slots.find(({ type }) => type === 'key-file')
  if (keyFile !== undefined) {
    return `obfuscated, not secret: whoever reads the vault and ${keyFile.about} can open it`
  }
  return `encrypted: opened by ${status.slots.map(({ about }) => about).join(', or by ')}; while it is unlocked, every program that you run can read it`
}
