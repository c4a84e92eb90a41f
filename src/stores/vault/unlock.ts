import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import { type KernelKeyring, otherWays } from './kernel-keyring.ts'
import { lockedAt, markLocked } from './locked.ts'
import { openVault } from './open.ts'
import { withoutUnlocked } from './open-otherwise.ts'
import type { VaultOptions } from './options.ts'
import { isKeyFileSlot } from './slots/key-file.ts'
import { printUnlocked, type Unlocked } from './unlocked.ts'
import type { Opener } from './way.ts'

/** The result of `unlock`. */
export interface Unlocking {
  readonly by: Opener
  /** Milliseconds since 1970; absent if no key was kept, because the key file opens the vault. */
  readonly until?: number
}

/**
 * Opens the vault and keeps its key in the user's kernel keyring for this time, in milliseconds. If there is no such
 * keyring, fails before it asks a person.
 */
export async function unlockVault(options: VaultOptions, milliseconds: number): Promise<Unlocking> {
  const header = theHeader(options)
  if (await opensByItself(header, options)) return { by: 'key-file' }
  const keyring = await theKeyring(options)
  const { by, unlocked } = await opened(header, options, milliseconds)
  keyring.keep(unlocked.vault, printUnlocked(unlocked))
  return { by, until: unlocked.until }
}

/** Opens the vault and returns its key as a text, for use without the kernel keyring. */
export async function unlockedText(
  options: VaultOptions,
  milliseconds: number,
): Promise<{ readonly text: Secret; readonly until: number }> {
  const { unlocked } = await opened(theHeader(options), options, milliseconds)
  return { text: new Secret(printUnlocked(unlocked)), until: unlocked.until }
}

/** The result of `lock`. */
export interface Locking {
  /** Whether the kernel's keyring had the key. */
  readonly forgotten: boolean
  /** Why the kernel's keyring could not be used. */
  readonly unreached?: Failure
}

/**
 * Removes the vault's key from the kernel's keyring in all sessions of the user, and invalidates all keys that `unlock`
 * has passed on. Returns `undefined` if there is no vault.
 */
export async function lockVault(options: VaultOptions): Promise<Locking | undefined> {
  const header = readHeader(options)
  if (header === undefined) return undefined
  const locking = await forget(header, options)
  markLocked(options)
  return locking
}

async function forget({ id }: Header, { kernelKeyring }: VaultOptions): Promise<Locking> {
  if (kernelKeyring === undefined) return { forgotten: false }
  try {
    return { forgotten: (await kernelKeyring()).forget(id) }
  } catch (error) {
    if (!isFailure(error)) throw error
    return { forgotten: false, unreached: error }
  }
}

async function opensByItself(header: Header, { folder, keyFile, now, uid }: VaultOptions): Promise<boolean> {
  if (!header.slots.some(isKeyFileSlot)) return false
  try {
    await openVault(header, { folder, keyFile, now, ...(uid === undefined ? {} : { uid }) })
    return true
  } catch (error) {
    if (isFailure(error) && error.code === 'locked') return false
    throw error
  }
}

async function opened(
  header: Header,
  options: VaultOptions,
  milliseconds: number,
): Promise<{ by: Opener; unlocked: Unlocked }> {
  const { key, by } = await openVault(header, withoutUnlocked(options))
  // If the clock was set back, the vault must not stay locked until the clock reaches the time of the last lock.
  const from = Math.max(options.now(), (lockedAt(options) ?? 0) + 1)
  return { by, unlocked: { vault: header.id, from, until: options.now() + milliseconds, key: key.bytes } }
}

function theHeader(options: VaultOptions): Header {
  const header = readHeader(options)
  if (header !== undefined) return header
  throw new Failure('unavailable', 'there is no vault to unlock', { hints: [hint`credbridge vault status`] })
}

async function theKeyring({ kernelKeyring }: VaultOptions): Promise<KernelKeyring> {
  if (kernelKeyring !== undefined) return kernelKeyring()
  throw new Failure('unavailable', 'there is no kernel keyring on this system to keep the key in', { hints: otherWays })
}
