import { createHash } from 'node:crypto'
import { ourselves } from '../core/credential.ts'
import { isFailure } from '../core/failure.ts'
import { Secret } from '../core/secret.ts'
import { accessTokenKey, expiries, expiryRemoval } from '../tools/python/flyte-expiry.ts'
import { ArgumentTypeError, mustBeStrings, typeOf } from './arguments.ts'
import { NoKeyringError, named, PasswordDeleteError } from './errors.ts'
import type { OpenStores, Passwords } from './passwords.ts'

/*
 * flytekit's token store (flytekit/clients/auth/keyring.py, 1.16): three items of Python's keyring for an endpoint, each
 * a bare token. flyte-sdk keeps one item `tokens` with a JSON object instead (src/flyte/remote/_client/auth/_keyring.py).
 */

const keys = { access: accessTokenKey, refresh: 'refresh_token', id: 'id_token' }
const newerKey = 'tokens'

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  readonly forEndpoint?: string | undefined
  /** Seconds from now. */
  readonly expiresIn?: number | undefined
  readonly idToken?: string | undefined
}

/** The tokens for one endpoint. Printing it, and `JSON.stringify`, shows none of them. */
export class Credentials implements Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly forEndpoint: string
  readonly expiresIn: number | undefined
  readonly idToken: string | undefined

  constructor(tokens: Tokens) {
    const { accessToken, refreshToken, forEndpoint = 'flyte-default', expiresIn, idToken } = checked(tokens)
    this.accessToken = accessToken
    this.refreshToken = refreshToken
    this.forEndpoint = forEndpoint
    this.expiresIn = expiresIn
    this.idToken = idToken
  }

  toJSON(): { readonly forEndpoint: string; readonly expiresIn: number | undefined } {
    const { forEndpoint, expiresIn } = this
    return { forEndpoint, expiresIn }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Credentials { forEndpoint: ${JSON.stringify(this.forEndpoint)} }`
  }
}

export interface TokenStore {
  /**
   * Keeps the access token, and the others where there are any; an older refresh or id token stays where none is given.
   * Where there is no keychain nothing is kept, and nothing is said.
   */
  store(tokens: Tokens): Promise<Credentials>
  /** The tokens for an endpoint, with the time that is left of `expiresIn`; no token or no keychain: `undefined`. */
  retrieve(forEndpoint: string): Promise<Credentials | undefined>
  /** Forgets all tokens for an endpoint; none there or no keychain is no error. */
  delete(forEndpoint: string): Promise<void>
}

export function tokenStoreOver(
  { setPassword, getPassword, deletePassword }: Passwords,
  open: OpenStores,
  now: () => number,
): TokenStore {
  async function store(tokens: Tokens): Promise<Credentials> {
    const credentials = new Credentials(tokens)
    const { forEndpoint, accessToken, refreshToken, idToken, expiresIn } = credentials
    await unlessNoKeyring(async () => {
      if (given(refreshToken)) await setPassword(forEndpoint, keys.refresh, refreshToken)
      await setPassword(forEndpoint, keys.access, accessToken)
      if (given(idToken)) await setPassword(forEndpoint, keys.id, idToken)
      if (expiresIn !== undefined) await keepExpiry(forEndpoint, accessToken, expiresIn)
    })
    return credentials
  }

  async function retrieve(forEndpoint: string): Promise<Credentials | undefined> {
    mustBeStrings({ forEndpoint })
    return unlessNoKeyring(async () => {
      const refreshToken = await getPassword(forEndpoint, keys.refresh)
      const accessToken = await getPassword(forEndpoint, keys.access)
      const idToken = await getPassword(forEndpoint, keys.id)
      if (!given(accessToken)) await forgetExpiry(forEndpoint)
      if (!given(accessToken) && !given(idToken)) return newerLayout(forEndpoint)
      const expiresIn = await timeLeft(forEndpoint, accessToken ?? '')
      return new Credentials({ accessToken: accessToken ?? '', refreshToken, forEndpoint, expiresIn, idToken })
    })
  }

  async function newerLayout(forEndpoint: string): Promise<Credentials | undefined> {
    const text = await getPassword(withoutScheme(forEndpoint), newerKey)
    const { access_token: accessToken, refresh_token: refreshToken } = membersOf(text ?? '')
    return given(accessToken) ? new Credentials({ accessToken, refreshToken, forEndpoint }) : undefined
  }

  async function remove(forEndpoint: string): Promise<void> {
    mustBeStrings({ forEndpoint })
    for (const key of Object.values(keys)) await forget(forEndpoint, key)
    await forget(withoutScheme(forEndpoint), newerKey)
    await unlessNoKeyring(() => forgetExpiry(forEndpoint))
  }

  /** Also after somebody has removed the token who knows nothing about this. */
  async function forgetExpiry(forEndpoint: string): Promise<void> {
    await named(async () => (await open()).broker.remove(expiryRemoval(forEndpoint)))
  }

  async function forget(service: string, key: string): Promise<void> {
    try {
      await unlessNoKeyring(() => deletePassword(service, key))
    } catch (error) {
      if (!(error instanceof PasswordDeleteError)) throw error
    }
  }

  /** The end of its time, bound to the token: flytekit may replace the token without knowing about this. */
  async function keepExpiry(forEndpoint: string, token: string, expiresIn: number): Promise<void> {
    const secret = new Secret(`${Math.floor(now() / 1000 + expiresIn)} ${digestOf(token)}`)
    const item = { endpoint: expiries, account: forEndpoint, owner: ourselves, kind: 'text' as const, secret }
    try {
      await named(async () => (await open()).broker.save(item))
    } catch (error) {
      if (!isFailure(error) || error.code !== 'unsupported') throw error
    }
  }

  async function timeLeft(forEndpoint: string, token: string): Promise<number | undefined> {
    const lookup = { tool: ourselves, kinds: ['text' as const], endpoints: [expiries], account: forEndpoint }
    const answer = await named(async () => (await open()).broker.find(lookup))
    if (answer?.credential.owner !== ourselves) return undefined
    const [end, digest] = answer.credential.secret.expose().split(' ')
    return digest === digestOf(token) ? Math.max(0, Number(end) - Math.floor(now() / 1000)) : undefined
  }

  return { store, retrieve, delete: remove }
}

function checked(tokens: Tokens): Tokens {
  if (typeof tokens !== 'object' || tokens === null) {
    throw new ArgumentTypeError(`tokens must be an object, not ${typeOf(tokens)}`)
  }
  const { accessToken, refreshToken = '', forEndpoint = '', idToken = '', expiresIn = 0 } = tokens
  mustBeStrings({ accessToken, refreshToken, forEndpoint, idToken })
  if (typeof expiresIn !== 'number' || Number.isNaN(expiresIn)) {
    throw new ArgumentTypeError(`expiresIn must be a number, not ${typeOf(expiresIn)}`)
  }
  return tokens
}

async function unlessNoKeyring<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof NoKeyringError) return undefined
    throw error
  }
}

/** As Python asks `if token:`. */
function given(token: string | undefined): token is string {
  return token !== undefined && token !== ''
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** As flyte-sdk's `strip_scheme`: `dns:///host` and `https://host/path` lose what stands before the host. */
function withoutScheme(endpoint: string): string {
  const end = endpoint.indexOf('://')
  return end < 0 ? endpoint : endpoint.slice(end + 3).replace(/^\/+/, '')
}

function membersOf(text: string): { access_token?: string; refresh_token?: string } {
  try {
    const members: unknown = JSON.parse(text)
    const texts = Object.entries(members ?? {}).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(texts)
  } catch {
    return {}
  }
}
