import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/**
 * The real `oidc-provider` on loopback, in a process of its own, with one public client and PKCE, the same with a secret,
 * and the client `openbao`.
 */
export interface OidcProvider {
  /** `http://127.0.0.1:<port>`; its configuration is at `/.well-known/openid-configuration`. */
  readonly issuer: string
  /** A native client: authorization code on any port of 127.0.0.1, device flow, refresh. */
  readonly clientId: string
  readonly tokenEndpoint: string
  readonly revocationEndpoint: string
  /** The tokens of a finished sign-in, without a browser. Each has a grant of its own. */
  signIn(account?: string): Promise<SignedIn>
  /** How many refreshes have succeeded. */
  refreshes(): Promise<number>
  /** Whether the access token is one that is neither expired nor revoked. */
  isValid(accessToken: string): Promise<boolean>
  close(): Promise<void>
}

/** The client that has a secret. */
export const secretClient = { id: 'credbridge-with-secret', secret: 'secret-of-the-client' } as const

export interface ProviderOptions {
  /** How long access tokens last; absent: an hour. */
  readonly accessTokenSeconds?: number
  /** Whether each refresh brings a new refresh token and a used one revokes the whole grant; absent: yes. */
  readonly rotates?: boolean
}

export interface SignedIn {
  readonly accessToken: string
  readonly refreshToken: string
  /** In seconds since 1970. */
  readonly expires: number
  readonly scopes: readonly string[]
}

/** What the provider's process is asked. */
export type Request = { readonly id: number } & (
  | { readonly do: 'sign-in'; readonly account: string }
  | { readonly do: 'is-valid'; readonly token: string }
  | { readonly do: 'refreshes' }
)

type Wanted = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never

/** Starts the provider. Whoever starts it closes it; it also ends with the process that started it. */
export async function startOidcProvider(options: ProviderOptions = {}): Promise<OidcProvider> {
  const { accessTokenSeconds = 3600, rotates = true } = options
  const program = join(import.meta.dirname, 'oidc-provider-process.ts')
  const child = fork(program, [JSON.stringify({ accessTokenSeconds, rotates })], {
    execArgv: ['--import', 'tsx'],
    // It warns about everything that a test is and a real provider must not be.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = once(child, 'exit')
  const [started] = (await Promise.race([once(child, 'message'), ended])) as [{ issuer?: string; clientId: string }]
  const { issuer, clientId } = started
  if (issuer === undefined) throw new Error('oidc-provider has not started')

  let last = 0
  const waiting = new Map<number, (value: unknown) => void>()
  child.on('message', ({ id, value }: { id: number; value: unknown }) => {
    waiting.get(id)?.(value)
    waiting.delete(id)
  })
  const ask = (request: Wanted) =>
    new Promise((resolve) => {
      last++
      waiting.set(last, resolve)
      child.send({ ...request, id: last })
    })

  return {
    issuer,
    clientId,
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/token/revocation`,
    signIn: async (account = 'alice') => (await ask({ do: 'sign-in', account })) as SignedIn,
    refreshes: async () => (await ask({ do: 'refreshes' })) as number,
    isValid: async (token) => (await ask({ do: 'is-valid', token })) as boolean,
    async close() {
      child.disconnect()
      await ended
    },
  }
}
