import { join } from 'node:path'
import type { Grant } from '../../src/core/grant.ts'
import { type OidcProvider, type ProviderOptions, type SignedIn, startOidcProvider } from './oidc-provider.ts'
import { run } from './run.ts'
import type { AtEnd } from './session.ts'
import type { KeptToken, TokenOrder } from './token-child.ts'
import { startWorld, type World } from './world.ts'

/** Our commands, a store, and a provider whose tokens the store keeps. */
export interface TokenWorld extends World {
  readonly provider: OidcProvider
  /** Signs in at the provider and keeps the token; `changes` to what is kept. Returns what the provider issued. */
  signIn(account: string, changes?: Changes): Promise<SignedIn>
  /** The token that the store has; `undefined` if there is none. */
  kept(account: string): Promise<KeptToken | undefined>
}

export interface Changes {
  readonly grant?: Partial<Grant>
  /** Of the renewal: the token endpoint, for example. */
  readonly renewal?: Partial<NonNullable<Grant['renewal']>>
  readonly accessToken?: string
  /** In seconds from now. */
  readonly endsIn?: number
}

/** Where the token of the world is for. */
export const at = 'https://git.example.com'

/** With a keyring, or with the vault on a machine without a bus. */
export async function startTokenWorld(
  store: 'secret-service' | 'vault',
  atEnd: AtEnd,
  options: ProviderOptions = {},
): Promise<TokenWorld> {
  const world = await startWorld(store === 'vault' ? 'no-bus' : 'unlocked', atEnd)
  const env = { ...world.env, CREDBRIDGE_STORE: store }
  const provider = await startOidcProvider(options)
  atEnd(() => provider.close())
  const runHere: World['run'] = (command, words, { more = {}, ...options } = {}) =>
    run(command, words, { ...options, env: { ...env, ...more } })

  async function child(order: Omit<TokenOrder, 'store' | 'endpoint'>): Promise<string> {
    const program = join(import.meta.dirname, 'token-child.ts')
    const input = JSON.stringify({ store, endpoint: at, ...order })
    const { stdout, stderr, exitCode } = await run(process.execPath, ['--import', 'tsx', program], { env, input })
    if (exitCode !== 0) throw new Error(stderr)
    return stdout
  }

  return {
    ...world,
    env,
    provider,
    run: runHere,
    credbridge: (...words) => runHere('credbridge', words),
    async signIn(account, { grant = {}, renewal = {}, accessToken, endsIn } = {}) {
      const issued = await provider.signIn(account)
      const { issuer, clientId, tokenEndpoint, revocationEndpoint } = provider
      const whole: Grant = {
        provider: 'generic',
        scopes: issued.scopes,
        lasts: options.accessTokenSeconds ?? 3600,
        renewal: { issuer, clientId, tokenEndpoint, revocationEndpoint, ...renewal },
        ...grant,
      }
      const expires = endsIn === undefined ? issued.expires : Math.floor(Date.now() / 1000) + endsIn
      const { refreshToken } = issued
      await child({
        account,
        save: { grant: whole, accessToken: accessToken ?? issued.accessToken, refreshToken, expires },
      })
      return issued
    },
    async kept(account) {
      return (JSON.parse(await child({ account })) as readonly KeptToken[])[0]
    },
  }
}
