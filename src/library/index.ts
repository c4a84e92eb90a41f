import { serviceName } from '../core/endpoint.ts'
import { thisPerson } from '../edge/this-call.ts'
import { thisMachine } from '../edge/this-machine.ts'
import { askerOf } from '../engine/call.ts'
import { type Engine, openEngine } from '../engine/engine.ts'
import { concurrencyLimit } from '../system/concurrency-limit.ts'
import { type TokenStore, tokenStoreOver } from './flyte.ts'
import { accountsOf, type Keytar, keytarOver } from './keytar-functions.ts'
import { type OpenStores, type Passwords, passwordsOver } from './passwords.ts'

/*
 * What programs import from 'credbridge'. docs/library.md shows each with an example.
 */

/** A bus takes so many questions of one connection and no more: 128 where its configuration does not say (dbus-daemon). */
const limited = concurrencyLimit(8)

const asker = askerOf({ tool: 'python', person: thisPerson() })
let withoutKeychain: 'vault' | 'failure' = 'failure'
let opened: Engine | undefined

/** Standard error is the program's own: what a person would be told stands in errors and in `getKeyring`. */
function engine(): Engine {
  opened ??= openEngine(
    thisMachine(() => {}),
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
 * Where there is provably no keychain and nobody has settled on a store, this program's secrets may go to the vault:
 * encrypted files, opened by a key file beside them. Otherwise that is a `NoKeyringError`.
 */
export function allowVault(): void {
  withoutKeychain = 'vault'
}

/** Keeps the password as the only one for this service and user. */
export const setPassword: Passwords['setPassword'] = passwords.setPassword

/** The password; `undefined` if there is none. */
export const getPassword: Passwords['getPassword'] = passwords.getPassword

/** The user name and password, of any user where none is named; `undefined` if there are none. */
export const getCredential: Passwords['getCredential'] = passwords.getCredential

/** Forgets the password. None there: `PasswordDeleteError`. */
export const deletePassword: Passwords['deletePassword'] = passwords.deletePassword

/** Which store is in use. */
export const getKeyring: Passwords['getKeyring'] = passwords.getKeyring

/** flytekit's token store: tokens cross between Python and TypeScript. */
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
