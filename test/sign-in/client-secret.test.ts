import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { selfHosted } from '../../src/sign-in/providers.ts'
import { signInByOAuth } from '../../src/sign-in/sign-in.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { browse } from '../real/form-browser.ts'
import { type OidcProvider, secretClient, startOidcProvider } from '../real/oidc-provider.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { personWith } from './persons.ts'
import { type SignInWorld, startSignInWorld } from './sign-in-world.ts'
import { standIn } from './stand-in.ts'

/* A client that a person registered, and that has a secret. */

const { id, secret } = secretClient

interface Here extends SignInWorld {
  readonly provider: OidcProvider
  /** Signs in with a browser, and with this on standard input. */
  signIn(input: string): Promise<{ readonly exitCode: number | null; readonly stderr: string }>
  /** What git gets. */
  answered(): Promise<string>
}

async function start(settings = 'client-has-secret = true\n'): Promise<Here> {
  const provider = await startOidcProvider()
  onTestFinished(() => provider.close())
  const world = await startSignInWorld()
  const { issuer } = provider
  world.settings(`store = "vault"\n${settings === '' ? '' : `[sign-in."${issuer}"]\nclient-id = "${id}"\n${settings}`}`)
  return {
    ...world,
    provider,
    async signIn(input) {
      const running = world.run('credbridge', ['login', issuer], { more: world.withBrowser, input })
      await browse(await world.shown(), { account: 'ann' })
      return running
    },
    async answered() {
      const input = `protocol=http\nhost=${new URL(issuer).host}\n\n`
      const { stdout } = await world.run('git-credential-credbridge', ['get'], { input })
      return /^password=(.*)$/m.exec(stdout)?.[1] ?? ''
    },
  }
}

needs('the build (npm run build)', built)('built', () => {
  thorough('it signs in, renews and signs out, and its secret is nowhere in the clear', async () => {
    const here = await start()
    const { issuer } = here.provider
    expect(await here.signIn(secret)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`signed in at ${issuer} as ann`),
    })
    const before = await here.answered()
    const erased = `protocol=http\nhost=${new URL(issuer).host}\nusername=ann\npassword=${before}\n\n`
    await here.run('git-credential-credbridge', ['erase'], { input: erased })
    const now = await here.answered()
    expect(now).not.toBe(before)
    expect(await here.provider.isValid(now)).toBe(true)
    for (const words of [['list'], ['status'], ['get', issuer], ['explain', issuer]]) {
      const { stdout, stderr } = await here.credbridge(...words, '--json')
      expect(stdout).toContain('"ann"')
      expect(stdout + stderr).not.toContain(secret)
    }
    expect(filesWith(here.session.folder, secret)).toEqual([])
    expect(await here.credbridge('logout', issuer)).toMatchObject({ exitCode: 0 })
    expect(await here.provider.isValid(now)).toBe(false)
  })

  thorough('it is taken from the last sign-in where nobody types it', async () => {
    const here = await start()
    await here.signIn(secret)
    expect(await here.signIn('')).toMatchObject({ exitCode: 0 })
  })

  thorough('without a secret nothing is asked of the provider', async () => {
    const here = await start()
    expect(await here.run('credbridge', ['login', here.provider.issuer], { more: here.withBrowser })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`the client ${id} has a secret, and none was given\n`),
    })
  })

  usual('a wrong one signs nobody in, and is said', async () => {
    const here = await start()
    expect(await here.signIn('wrong')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(' does not know this client id, or its secret\n'),
    })
    expect(await here.credbridge('list')).toMatchObject({ exitCode: 1, stdout: '' })
  })

  thoroughly(needsPrograms('git'))('with git', () => {
    thorough('it is taken from git’s own settings', async () => {
      const here = await start('')
      const { issuer } = here.provider
      const config = (name: string, value: string) =>
        here.run('git', ['config', '--global', `credential.${issuer}.${name}`, value])
      await config('oauthClientId', id)
      await config('oauthClientSecret', secret)
      expect(await here.signIn('')).toMatchObject({ exitCode: 0 })
    })
  })

  usually(needsPrograms('python3'))('on a terminal', () => {
    usual('it is asked for without echo, and Enter takes that of the last sign-in', async () => {
      const here = await start()
      const { issuer } = here.provider
      for (const typed of [secret, '']) {
        const running = here.onTerminal([['Secret of the client', `${typed}\r`]], ['login', issuer], here.withBrowser)
        await browse(await here.shown(), { account: 'ann' })
        const { exitCode, stdout, stderr } = await running
        expect(exitCode).toBe(0)
        expect(stdout + stderr).toContain(`Secret of the client ${id} at ${new URL(issuer).host}`)
        expect((stdout + stderr).includes(', empty for that of the last sign-in')).toBe(typed === '')
        expect(stdout + stderr).not.toContain(secret)
      }
    })
  })
})

thorough.each([
  [undefined, 'header'],
  [['client_secret_basic', 'client_secret_post'], 'header'],
  [['client_secret_post'], 'body'],
] as const)('a server that takes %j gets it in the %s', async (ways, where) => {
  const { base, asked } = await standIn({
    '/.well-known/openid-configuration': (base) => ({
      body: {
        issuer: base,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        ...(ways === undefined ? {} : { token_endpoint_auth_methods_supported: ways }),
      },
    }),
    '/token': { body: { access_token: 'at', token_type: 'bearer', refresh_token: 'rt' } },
  })
  const person = personWith({
    browser: (url) => {
      const { searchParams } = new URL(url)
      return fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
    },
  })
  const us = { clientId: 'mine', clientSecret: new Secret('s') }
  const { grant, clientSecret } = await signInByOAuth(
    httpClient({ environment: {} }),
    { provider: selfHosted('oauth'), base },
    us,
    undefined,
    person,
  )
  const { request, body } = asked.find(({ line }) => line === 'POST /token') ?? {}
  const basic = `Basic ${Buffer.from('mine:s').toString('base64')}`
  expect(request?.headers.authorization).toBe(where === 'header' ? basic : undefined)
  expect(new URLSearchParams(body).get('client_secret')).toBe(where === 'body' ? 's' : null)
  expect(grant.renewal?.secretIn).toBe(where)
  expect(JSON.stringify(grant)).not.toContain('"s"')
  expect(clientSecret?.expose()).toBe('s')
})

/** The files below a folder that have this text. */
function filesWith(folder: string, text: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  return files.filter((file) => readFileSync(file).includes(text))
}
