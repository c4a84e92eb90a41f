import type { Credential } from '../../core/credential.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Failure } from '../../core/failure.ts'
import { keychainFailure, noAddon, overdue, withoutReply } from './errors.ts'

/** The parts of `@napi-rs/keyring` in use. It is not used on Windows: there `withTarget` writes even when it reads. */
export interface Addon {
  readonly AsyncEntry: new (service: string, account: string, options: typeof pinned) => AddonEntry
  findCredentialsAsync(service: string): Promise<readonly { account: string; password: string }[]>
}

interface AddonEntry {
  getPassword(): Promise<string | null>
  setPassword(value: string): Promise<void>
  deleteCredential(): Promise<boolean>
}

/** Loads the addon. Throws if there is none for this system. */
export type LoadAddon = () => Promise<Addon>

export const loadInstalled: LoadAddon = () => import('@napi-rs/keyring')

/** How long a call may take, in milliseconds. `dialog`: while a person may be asked. */
export interface Limits {
  readonly call: number
  readonly dialog: number
}

export interface KeychainValue {
  readonly account: string
  readonly value: string
}

/** The keychain's verbs. Each ends within a limit, with its result or a failure. */
export interface Calls {
  /** The readable items of a service. On macOS each of them may ask a person, on Linux none does. */
  search(service: string): Promise<readonly KeychainValue[]>
  read(service: string, account: string): Promise<string | undefined>
  write(service: string, account: string, value: string): Promise<void>
  /** Returns whether the item existed. */
  erase(service: string, account: string): Promise<boolean>
  /** Sign-ins of other programs. Absent: there are none that could be used. */
  borrowed?(endpoint: Endpoint, account: string | undefined): Promise<readonly Credential[]>
}

// Without it the addon falls back to the kernel's keyring if the service fails; that is lost at the next reboot.
const pinned = { linux: { store: 'secret-service' } } as const

/** Who may answer the keychain's dialogs, and which calls open them. */
export interface Dialogs {
  readonly personPresent: boolean
  /** A search may open one, too. */
  readonly bySearch: boolean
}

export async function openCalls(load: LoadAddon, { personPresent, bySearch }: Dialogs, limits: Limits): Promise<Calls> {
  const addon = await load().catch((error: unknown) => {
    throw noAddon(error)
  })
  const dialog = personPresent ? limits.dialog : limits.call
  const entry = (service: string, account: string) => new addon.AsyncEntry(service, account, pinned)
  const asking = <T>(call: () => Promise<T>) => within(dialog, call, personPresent)

  return {
    async search(service) {
      for (let left = attempts; ; left--) {
        try {
          const found = await within(
            bySearch ? dialog : limits.call,
            () => addon.findCredentialsAsync(service),
            personPresent,
          )
          return found.map(({ account, password }) => ({ account, value: password }))
        } catch (error) {
          if (left === 1 || !isVanished(error)) throw error
        }
      }
    },
    async read(service, account) {
      return (await asking(() => entry(service, account).getPassword())) ?? undefined
    },
    async write(service, account, value) {
      await asking(() => entry(service, account).setPassword(value))
    },
    async erase(service, account) {
      return asking(() => entry(service, account).deleteCredential())
    },
  }
}

/** How often a search is tried. The addon reads the found items one by one, and fails if one is removed meanwhile. */
const attempts = 10

function isVanished(error: unknown): boolean {
  const { cause } = error as Failure
  return cause instanceof Error && cause.message.includes('DBus.Error.UnknownMethod')
}

/**
 * Repeats the call until the keychain answers or the time is over. On Linux the addon waits only two seconds for an
 * answer, which is too short on a busy machine, and fails if the service ends meanwhile. A call can safely be made
 * twice.
 */
async function answered<T>(call: () => Promise<T>, until: number): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isWithoutReply(error) || Date.now() >= until) throw error
    }
  }
}

function isWithoutReply(error: unknown): boolean {
  return error instanceof Error && withoutReply.some((text) => error.message.includes(text))
}

async function within<T>(limit: number, call: () => Promise<T>, personPresent: boolean): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(overdue(personPresent)), limit)
  })
  try {
    return await Promise.race([answered(call, Date.now() + limit), over])
  } catch (error) {
    throw keychainFailure(error)
  } finally {
    clearTimeout(timer)
  }
}
