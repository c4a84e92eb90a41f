import { open } from '../engine/open.ts'
import { concurrencyLimit } from '../system/concurrency-limit.ts'
import { type TokenStore, tokenStoreOver } from './flyte.ts'
import { type Asked, type Passwords, passwordsOver } from './passwords.ts'
import { shared } from './sharing.ts'

/*
 * What programs import from 'credbridge'. docs/library.md shows each with an example.
 */

/** A bus takes so many questions of one connection and no more: 128 where its configuration does not say (dbus-daemon). */
const inTurn = concurrencyLimit(8)

const openStores = shared(async () => {
  const { broker, stores } = await open('python')
  const { find, save, remove } = broker
  return {
    stores,
    broker: {
      find: (lookup) => inTurn(() => find(lookup)),
      save: (credential) => inTurn(() => save(credential)),
      remove: (removal) => inTurn(() => remove(removal)),
    } satisfies Asked,
  }
}, Date.now)
const passwords: Passwords = passwordsOver(openStores)

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

export { type Failure, type FailureCode, isFailure } from '../core/failure.ts'
export { NoKeyringError, PasswordDeleteError } from './errors.ts'
export { Credentials, type TokenStore, type Tokens } from './flyte.ts'
export type { Keyring, Passwords, UserAndPassword } from './passwords.ts'
