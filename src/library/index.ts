import { serviceName } from '../core/endpoint.ts'
import { thisPerson } from '../edge/this-call.ts'
import { thisClientMachine } from '../edge/this-client.ts'
import { askerOf } from '../engine/call.ts'
import { type Engine, openEngine } from '../engine/engine.ts'
import { concurrencyLimit } from '../system/concurrency-limit.ts'
import { type TokenStore, tokenStoreOver } from './flyte.ts'
import { accountsOf, type Keytar, keytarOver } from './keytar-functions.ts'
import { type OpenStores, type Passwords, passwordsOver } from './passwords.ts'

/*
 * The exports of 'credbridge'. docs/library.md shows each with an example.
 */

/** A bus limits the pending replies of one connection. dbus-daemon's default is 128. */
const limited = concurrencyLimit(8)

const asker = askerOf({ tool: 'python', person: thisPerson() })
let withoutKeychain: 'vault' | 'failure' = 'failure'
let opened: Engine | undefined

/** Prints no messages, because standard error belongs to the calling program. Errors and `getKeyring` carry them. */
function engine(): Engine {
  opened ??= openEngine(
    thisClientMachine(() => {}),
    { withoutKeychain: () => withoutKeychain },
  )
  return opened
}

const openStores: OpenStores = async () => {
  const [stores, { find, save, remove }] = await Promise.all([engine().stores(), engine().broker(asker)])
  return {
    stores,
    storeForSaves: () => engine().storeForSaves(asker),
    broker: {
      find: (lookup) => limited(() => find(lookup)),
      save: (credential) => limited(() => save(credential)),
      remove: (removal) => limited(() => remove(removal)),
    },
  }
}
const passwords: Passwords = passwordsOver(openStores)

/**
 * Lets this program save to the vault (encrypted files, opened by a key file beside them) if there is provably no
 * keychain and no store is settled. Without this call that case is a `NoKeyringError`.
 */
export function allowVault(): void {
  withoutKeychain = 'vault'
}

/** Saves the password as the only one for this service and user. */
export const setPassword: Passwords['setPassword'] = passwords.setPassword

/** The password; `undefined` if there is none. */
export const getPassword: Passwords['getPassword'] = passwords.getPassword

/** The user name and password, of any user if none is named; `undefined` if there are none. */
export const getCredential: Passwords['getCredential'] = passwords.getCredential

/** Deletes the password. Throws `PasswordDeleteError` if there is none. */
export const deletePassword: Passwords['deletePassword'] = passwords.deletePassword

/** The store in use. */
export const getKeyring: Passwords['getKeyring'] = passwords.getKeyring

/** flytekit's token store. Python and TypeScript programs share the tokens. */
export const KeyringStore: TokenStore = tokenStoreOver(passwords, openStores, Date.now)

/** The functions of keytar, also as 'credbridge/keytar'. */
export const keytar: Keytar = keytarOver(async () => {
  const { broker, stores } = await openStores()
  return {
    broker,
    async accountsAt(service) {
      const found = await Promise.all(stores.map((store) => store.find(asker, [serviceName(service)])))
      return accountsOf(found.flat())
    },
    foreignItems: (attributes) => limited(() => engine().foreignItems(asker, [attributes])),
  }
})

export { type Failure, type FailureCode, isFailure } from '../core/failure.ts'
export { ArgumentTypeError } from './arguments.ts'
export { NoKeyringError, PasswordDeleteError } from './errors.ts'
export { Credentials, type TokenStore, type Tokens } from './flyte.ts'
export type { Keytar } from './keytar-functions.ts'
export type { Keyring, Passwords, UserAndPassword } from './passwords.ts'
