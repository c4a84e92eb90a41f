import { Failure } from '../../core/failure.ts'

/*
 * The kernel's keyring of the user (keyrings(7)): kept in memory, seen by all of the user's processes, also after a
 * logout, gone at a reboot or after three days without use. The addon reaches it through the session's own keyring.
 * Without one (plain su, a container) the kernel takes a fallback on which a failed `setPassword` leaves the secret
 * behind and `getPassword` finds nothing: so what is tried there first is worth nothing to anybody.
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
const probe = 'probe'

/** The user's kernel keyring. Linux only: elsewhere the addon would answer from another store. */
export async function kernelKeyring(): Promise<KernelKeyring> {
  const { Entry } = await import('@napi-rs/keyring').catch((cause) => {
    throw unavailable('its addon does not load', cause)
  })
  const entry = (account: string) => new Entry(service, account, { linux: { store: 'keyutils' } })

  function read(vault: string): string | undefined {
    const text = call(() => entry(vault).getPassword())
    if (text === null) requireSession()
    return text ?? undefined
  }

  function keep(vault: string, text: string): void {
    requireSession()
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
    const found = call(() => entry(vault).deletePassword())
    if (!found) requireSession()
    return found
  }

  function forgetQuietly(vault: string): void {
    try {
      entry(vault).deletePassword()
    } catch {
      // The failure that led here says it already.
    }
  }

  /** On the fallback keyring this fails, and leaves a key behind that is no secret. */
  function requireSession(): void {
    call(() => entry(probe).setPassword(probe))
    call(() => entry(probe).deletePassword())
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
    hints: ['log in anew, or hand the passphrase over as docs/vault-format.md says'],
  })
}
