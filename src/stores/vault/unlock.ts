import { Failure } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import { readHeader } from './header-file.ts'
import { type Opener, openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import { printUnlocked, type Unlocked } from './unlocked.ts'

/** What `unlock` has done. */
export interface Unlocking {
  readonly by: Opener
  /** Milliseconds since 1970; absent where nothing needed to be kept, because the vault opens by itself. */
  readonly until?: number
}

/** Opens the vault once and keeps its key in the kernel's keyring of the user, for this vault and this time only. */
export async function unlockVault(options: VaultOptions, milliseconds: number): Promise<Unlocking> {
  const { by, unlocked } = await opened(options, milliseconds)
  if (by === 'key-file') return { by }
  if (options.kernelKeyring !== true) throw noKeyring()
  const { kernelKeyring } = await import('./kernel-keyring.ts')
  const keyring = await kernelKeyring()
  keyring.keep(unlocked.vault, printUnlocked(unlocked))
  return { by, until: unlocked.until }
}

/** Opens the vault once and hands its key on as a text, for those who have no kernel keyring. */
export async function unlockedText(options: VaultOptions, milliseconds: number): Promise<Secret> {
  return new Secret(printUnlocked((await opened(options, milliseconds)).unlocked))
}

/** Forgets the vault's key in all sessions of the user. True if it was kept. */
export async function lockVault(options: VaultOptions): Promise<boolean> {
  const header = readHeader(options)
  if (header === undefined || options.kernelKeyring !== true) return false
  const { kernelKeyring } = await import('./kernel-keyring.ts')
  return (await kernelKeyring()).forget(header.id)
}

async function opened(options: VaultOptions, milliseconds: number): Promise<{ by: Opener; unlocked: Unlocked }> {
  const header = readHeader(options)
  if (header === undefined) throw new Failure('unavailable', 'there is no vault to unlock')
  const { key, by } = await openVault(header, { ...options, kernelKeyring: false })
  return { by, unlocked: { vault: header.id, until: options.now() + milliseconds, key: key.bytes } }
}

function noKeyring(): Failure {
  return new Failure('unavailable', 'there is no kernel keyring here to keep the key in', {
    hints: ['hand the passphrase over as docs/vault-format.md says'],
  })
}
