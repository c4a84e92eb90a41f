import { isUtf8 } from 'node:buffer'
import type { Credential } from '../../core/credential.ts'
import { Secret } from '../../core/secret.ts'
import { identityUser } from './names.ts'

/*
 * One entry of `auths` (docker/cli, cli/config/types/authconfig.go; containers-auth.json(5)): an object with `auth`,
 * base64 of `user:password`, or with `username` and `password`, and perhaps an `identitytoken`. For a sign-in that a
 * helper stores the object is empty. It tells docker where it is signed in.
 */

/** The members that prove the sign-in. */
const proofs = ['auth', 'username', 'password', 'identitytoken']

export interface SignIn {
  readonly credential: Pick<Credential, 'account' | 'kind' | 'secret'>
  /** The user, also of an identity token. */
  readonly user: string
}

/** The sign-in in an entry, or why it cannot be moved; `undefined` if the entry has none. */
export function signInOf(entry: unknown): SignIn | string | undefined {
  const member = (name: string) => {
    const value = spelled(entry, [name]).at(-1)?.[1]
    return typeof value === 'string' ? value : ''
  }
  const [auth, token] = [decoded(member('auth')), member('identitytoken')]
  const colon = auth?.indexOf(':') ?? -1
  if (auth === undefined || (auth !== '' && colon < 0)) return 'it cannot be read'
  const user = colon < 0 ? member('username') : auth.slice(0, colon)
  const password = colon < 0 ? member('password') : auth.slice(colon + 1)
  const all = [password, member('password'), token].filter((secret) => secret !== '')
  if (new Set(all).size > 1) return 'it has more than one secret'
  if (token !== '') {
    return { user, credential: { account: identityUser, kind: 'docker-identity', secret: new Secret(token) } }
  }
  if (user !== '' && user !== identityUser && password !== '') {
    return { user, credential: { account: user, kind: 'basic', secret: new Secret(password) } }
  }
  return `${user}${password}${member('registrytoken')}` === '' ? undefined : 'it cannot be read'
}

/** Whether the entry has a secret, even one that we cannot decode. */
export function holdsSecret(entry: unknown): boolean {
  return spelled(entry, ['auth', 'password', 'identitytoken', 'registrytoken']).some(
    ([, value]) => (value ?? '') !== '',
  )
}

/** The names of the members that prove the sign-in, in the entry's spelling. */
export function proofsIn(entry: unknown): readonly string[] {
  return spelled(entry, proofs).map(([name]) => name)
}

/** The members that docker writes when it stores the sign-in in the file. */
export function entryOf({ account, kind, secret }: Credential, user: string): Readonly<Record<string, string>> {
  const identity = kind === 'docker-identity'
  const auth = Buffer.from(identity ? `${user}:` : `${account}:${secret.expose()}`).toString('base64')
  return identity ? { auth, identitytoken: secret.expose() } : { auth }
}

function spelled(entry: unknown, names: readonly string[]): readonly (readonly [string, unknown])[] {
  if (typeof entry !== 'object' || entry === null) return []
  return Object.entries(entry).filter(([name]) => names.includes(name.toLowerCase()))
}

/** Decodes like docker, which drops trailing NULs. `undefined` if it is not the base64 of UTF-8 text. */
function decoded(auth: string): string | undefined {
  const bytes = Buffer.from(auth, 'base64')
  const same = bytes.toString('base64').replace(/=+$/, '') === auth.replace(/=+$/, '')
  return same && isUtf8(bytes) ? bytes.toString('utf8').replace(/\0+$/, '') : undefined
}
