import type { Broker } from '../core/broker.ts'
import { Secret } from '../core/secret.ts'
import type { Store } from '../core/store.ts'
import { removalBeside } from '../tools/python/flyte-expiry.ts'
import { itemOf, lookupOf, removalOf, savingOf } from '../tools/python/lookup.ts'
import { mustBeStrings } from './arguments.ts'
import { named, PasswordDeleteError } from './errors.ts'

/** The verbs of the broker that the library uses. */
export type Asked = Pick<Broker, 'find' | 'save' | 'remove'>

/** Opens the stores in use and the broker over them. */
export type OpenStores = () => Promise<{
  readonly broker: Asked
  readonly stores: readonly Store[]
  /** The store that a save would use, even if the first save has yet to settle it. */
  storeForSaves(): Promise<Pick<Store, 'name' | 'traits'>>
}>

/** A user name and its password. */
export interface UserAndPassword {
  readonly username: string
  readonly password: string
}

/** The store that a save would use, even if the first save has yet to settle it. */
export interface Keyring {
  readonly name: string
  /** How long it keeps its items. */
  readonly lasts: 'process' | 'session' | 'reboot' | 'forever'
  /** All stores that lookups ask, in order. The first is the one in use. */
  readonly asked: readonly string[]
}

/** The functions of Python's keyring, over the same items. */
export interface Passwords {
  /** Saves the password as the only one for this service and user. */
  setPassword(service: string, username: string, password: string): Promise<void>
  /** The password; `undefined` if there is none. */
  getPassword(service: string, username: string): Promise<string | undefined>
  /** The user name and password, of any user if none is named; `undefined` if there are none. */
  getCredential(service: string, username?: string): Promise<UserAndPassword | undefined>
  /** Deletes the password. Throws `PasswordDeleteError` if there is none. */
  deletePassword(service: string, username: string): Promise<void>
  /** Throws `NoKeyringError` if a save would: no keychain, and no other store allowed. */
  getKeyring(): Promise<Keyring>
}

export function passwordsOver(open: OpenStores): Passwords {
  async function getCredential(service: string, username?: string): Promise<UserAndPassword | undefined> {
    mustBeStrings(username === undefined ? { service } : { service, username })
    const answer = await named(async () => (await open()).broker.find(lookupOf(service, username)))
    if (answer === undefined) return undefined
    return { username: answer.user, password: answer.credential.secret.expose() }
  }

  return {
    getCredential,
    async setPassword(service, username, password) {
      mustBeStrings({ service, username, password })
      await named(async () =>
        (await open()).broker.save(itemOf(service, username, new Secret(password)), savingOf(service)),
      )
    },
    async getPassword(service, username) {
      mustBeStrings({ service, username })
      return (await getCredential(service, username))?.password
    },
    async deletePassword(service, username) {
      mustBeStrings({ service, username })
      const removed = await named(async () => {
        const { broker } = await open()
        const beside = removalBeside(service, username)
        if (beside !== undefined) await broker.remove(beside)
        return broker.remove(removalOf(service, username))
      })
      if (!removed) throw new PasswordDeleteError()
    },
    async getKeyring() {
      const { first, others } = await named(async () => {
        const { stores, storeForSaves } = await open()
        return { first: await storeForSaves(), others: stores.slice(1) }
      })
      return { name: first.name, lasts: first.traits.lasts, asked: [first, ...others].map(({ name }) => name) }
    },
  }
}
