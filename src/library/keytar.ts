import { keytar } from './index.ts'
import type { Keytar } from './keytar-functions.ts'

/*
 * What programs that were written for keytar import from 'credbridge/keytar', for its types: build.ts writes the same five
 * names as CommonJS. docs/library.md says how to move a program.
 */

/** The password for this service and account; `null` if there is none. */
export const getPassword: Keytar['getPassword'] = keytar.getPassword

/** Keeps the password as the only one for this service and account. */
export const setPassword: Keytar['setPassword'] = keytar.setPassword

/** Forgets the password; `false` if there was none. */
export const deletePassword: Keytar['deletePassword'] = keytar.deletePassword

/** A password of any account at this service; `null` if there is none. */
export const findPassword: Keytar['findPassword'] = keytar.findPassword

/** All accounts at this service, with their passwords. */
export const findCredentials: Keytar['findCredentials'] = keytar.findCredentials
