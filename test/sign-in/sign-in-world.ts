import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { browse, type Ended, type Typed } from '../real/form-browser.ts'
import { type OidcProvider, type ProviderOptions, startOidcProvider } from '../real/oidc-provider.ts'
import { type Outcome, run } from '../real/run.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { until } from '../real/until.ts'
import { startWorld, type World } from '../real/world.ts'

/** A machine with a vault, and programs that stand for browsers. */
export interface SignInWorld extends World {
  /** `credbridge …` on a terminal of its own. `more` is added to the environment. */
  onTerminal(answers: readonly Answer[], words: readonly string[], more?: Record<string, string>): Promise<Outcome>
  /** The environment in which a page is shown: the program writes its address down. */
  readonly withBrowser: { readonly BROWSER: string }
  /** The address that a page was last shown for. */
  shown(): Promise<string>
}

export async function startSignInWorld(): Promise<SignInWorld> {
  const world = await startWorld('no-bus', onTestFinished)
  world.settings('store = "vault"\n')
  const program = join(world.session.folder, 'browser')
  const address = join(world.session.folder, 'address')
  writeFileSync(program, `#!/bin/sh\nprintf %s "$1" > ${address}.part\nmv ${address}.part ${address}\n`, {
    mode: 0o755,
  })
  return {
    ...world,
    onTerminal: (answers, words, more = {}) =>
      run('python3', onTerminal(answers, 'credbridge', ...words), {
        env: { ...world.env, ...more, TYPIST_COLUMNS: '400' },
      }),
    withBrowser: { BROWSER: program },
    async shown() {
      await until(async () => existsSync(address), 'no page was shown')
      const text = readFileSync(address, 'utf8')
      rmSync(address)
      return text
    },
  }
}

/** The same with a real provider, at which the settings name a client. */
export interface ProviderWorld extends SignInWorld {
  readonly provider: OidcProvider
  /** `credbridge login` with a browser, in which somebody signs in. */
  login(typed: Typed, ...words: readonly string[]): Promise<Outcome & { readonly page: Ended }>
}

export async function startProviderWorld(options?: ProviderOptions): Promise<ProviderWorld> {
  const started = await startOidcProvider(options)
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= started.close()
    return closed
  }
  onTestFinished(close)
  const provider = { ...started, close }
  const world = await startSignInWorld()
  world.settings(`store = "vault"\n[sign-in."${provider.issuer}"]\nclient-id = "${provider.clientId}"\n`)
  return {
    ...world,
    provider,
    async login(typed, ...words) {
      const running = world.run('credbridge', ['login', provider.issuer, ...words], { more: world.withBrowser })
      const page = await browse(await world.shown(), typed)
      return { ...(await running), page }
    },
  }
}
