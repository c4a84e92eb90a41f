import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'

/*
 * The user's persistent keyring in the kernel (persistent-keyring(7)): in memory, shared by all of the user's
 * processes, kept after a logout, lost at a reboot or after three days without use.
 *
 * The addon reaches it through the session keyring. If a process has no session keyring (plain su, setpriv, root in a
 * container), its first call creates one, but still uses a fallback keyring: it finds nothing, or leaves a secret where
 * no other process finds it. So the first call reads an entry that never exists.
 */

/** Keeps one text for each vault, in memory only. If the kernel does not permit it: `unavailable`. */
export interface KernelKeyring {
  /** The text; `undefined` if there is none. */
  read(vault: string): string | undefined
  keep(vault: string, text: string): void
  /** Removes the text from all sessions of the user. Returns whether there was one. */
  forget(vault: string): boolean
}

const service = 'credbridge vault'

/** Hints for people without a kernel keyring, the best first. */
export const otherWays = [
  hint`for one command and its child processes: credbridge unlock -- <command>`,
  hint`last resort, visible to programs that can read your environment: export CREDBRIDGE_VAULT_KEY="$(credbridge unlock --print)"`,
]

/** The user's kernel keyring. Linux only: on other systems the addon would use another store. */
export async function kernelKeyring(addon: () => Promise<typeof import('@napi-rs/keyring')>): Promise<KernelKeyring> {
  const { Entry } = await addon().catch((cause) => {
    throw unavailable('its addon does not load', cause)
  })
  const entry = (account: string) => new Entry(service, account, { linux: { store: 'keyutils' } })
  call(() => entry('nothing').getPassword())

  function read(vault: string): string | undefined {
    return call(() => entry(vault).getPassword()) ?? undefined
  }

  function keep(vault: string, text: string): void {
    // Without a removal, sessions that are linked to the old key would keep it.
    call(() => entry(vault).deletePassword())
    try {
      call(() => entry(vault).setPassword(text))
    } catch (error) {
      forgetQuietly(vault)
      throw error
    }
    if (read(vault) !== text) throw unavailable('it did not keep the key')
  }

  function forget(vault: string): boolean {
    return call(() => entry(vault).deletePassword())
  }

  function forgetQuietly(vault: string): void {
    try {
      entry(vault).deletePassword()
    } catch {
      // The caller throws the original failure.
    }
  }

  return { read, keep, forget }
}

function call<T>(act: () => T): T {
  try {
    return act()
  } catch (error) {
    const text = error instanceof Error ? error.message : ''
    if (text.includes('AccessDenied')) throw unavailable('this session has no keyring of its own', error)
    if (text.includes('PermissionDenied')) throw unavailable('the kernel does not permit it here', error)
    if (text.includes('QuotaExceeded')) throw unavailable('it is full', error)
    throw unavailable('it failed', error)
  }
}

function unavailable(why: string, cause?: unknown): Failure {
  return new Failure('unavailable', `the kernel's keyring cannot be used: ${why}`, {
    cause,
    hints: otherWays,
  })
}
