import { createHash } from 'node:crypto'
import { ourselves } from '../core/credential.ts'
import { isFailure } from '../core/failure.ts'
import { Secret } from '../core/secret.ts'
import { accessTokenKey, expiries, expiryRemoval } from '../tools/python/flyte-expiry.ts'
import { ArgumentTypeError, mustBeStrings, typeOf } from './arguments.ts'
import { NoKeyringError, named, PasswordDeleteError } from './errors.ts'
import type { OpenStores, Passwords } from './passwords.ts'

/*
 * flytekit's token store (flytekit/clients/auth/keyring.py, 1.16): three items in Python's keyring for an endpoint,
 * each a bare token. flyte-sdk keeps one item `tokens` with a JSON object instead
 * (src/flyte/remote/_client/auth/_keyring.py).
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

/** The tokens for one endpoint. Printing and `JSON.stringify` show none of them. */
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
   * Saves the access token, and the other tokens if given. If not given, an older refresh or id token stays.
   * Without a keychain it saves nothing and does not fail.
   */
  store(tokens: Tokens): Promise<Credentials>
  /** The tokens for an endpoint. `expiresIn` is the time left. `undefined` without a token or a keychain. */
  retrieve(forEndpoint: string): Promise<Credentials | undefined>
  /** Removes all tokens for an endpoint. Does not fail if there are none, or no keychain. */
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

  /** Also needed if flytekit, which does not know this item, has removed the token. */
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

  /** Saves the expiry with a digest of the token, because flytekit may replace the token without updating it. */
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

/** Like Python's `if token:`. */
function given(token: string | undefined): token is string {
  return token !== undefined && token !== ''
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Like flyte-sdk's `strip_scheme`: removes everything before the host of `dns:///host` and `https://host/path`. */
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
