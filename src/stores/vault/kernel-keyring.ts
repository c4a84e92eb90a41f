import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'

/*
 * The kernel's keyring of the user (persistent-keyring(7)): kept in memory, seen by all of the user's processes, also
 * after a logout, gone at a reboot or after three days without use.
 *
 * The addon reaches it through the session's own keyring. A process whose session has none (plain su, setpriv, root in
 * a container) is given one by its first call, but that call still works on the fallback: it finds nothing, or leaves a
 * secret behind where nobody finds it. So the first call asks for something that nobody keeps.
 */

/** Keeps one text for each vault, in memory only. What the kernel does not allow is `unavailable`. */
export interface KernelKeyring {
  /** The text; `undefined` if nothing is kept. */
  read(vault: string): string | undefined
  keep(vault: string, text: string): void
  /** True if something was kept. No session of the user sees it any longer. */
  forget(vault: string): boolean
}

const service = 'credbridge vault'

/** What is left to people without a kernel keyring, the best first. */
export const otherWays = [
  hint`for one command and what it starts: credbridge unlock -- <command>`,
  hint`last resort, visible to programs that can read your environment: export CREDBRIDGE_VAULT_KEY="$(credbridge unlock --print)"`,
]

/** The user's kernel keyring. Linux only: elsewhere the addon would answer from another store. */
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
    // A second key of that name would leave the sessions that have seen the first one with the first.
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
      // The failure that led here says it already.
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
    throw unavailable('it fails', error)
  }
}

function unavailable(why: string, cause?: unknown): Failure {
  return new Failure('unavailable', `the kernel's keyring cannot be used: ${why}`, {
    cause,
    hints: otherWays,
  })
}
