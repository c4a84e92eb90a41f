import { keytar } from './index.ts'
import type { Keytar } from './keytar-functions.ts'

/*
 * The exports of 'credbridge/keytar', for programs written for keytar. This file provides the types; build.ts writes
 * the same five names as CommonJS. docs/library.md describes how to move a program.
 */

/** The password for this service and account; `null` if there is none. */
export const getPassword: Keytar['getPassword'] = keytar.getPassword

/** Saves the password as the only one for this service and account. */
export const setPassword: Keytar['setPassword'] = keytar.setPassword

/** Deletes the password; `false` if there was none. */
export const deletePassword: Keytar['deletePassword'] = keytar.deletePassword

/** A password of any account at this service; `null` if there is none. */
export const findPassword: Keytar['findPassword'] = keytar.findPassword

/** All accounts at this service, with their passwords. */
export const findCredentials: Keytar['findCredentials'] = keytar.findCredentials
