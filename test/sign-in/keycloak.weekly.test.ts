import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { browse } from '../real/form-browser.ts'
import { type Keycloak, needsKeycloak, startKeycloak } from '../real/keycloak.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import type { KeptToken } from '../real/token-child.ts'
import { until } from '../real/until.ts'
import { type SignInWorld, startSignInWorld } from './sign-in-world.ts'

/* At a real Keycloak, which .ci/keycloak fetches: the second implementation of what `oidc-provider` shows. */

needs('the build (npm run build)', built)('built', () => {
  needsKeycloak('at a real Keycloak', () => {
    const endings: (() => Promise<void>)[] = []
    let keycloak: Keycloak

    beforeAll(async () => {
      keycloak = await startKeycloak((work) => void endings.push(work))
    }, 360_000)
    afterAll(async () => {
      for (const work of endings.reverse()) await work()
    })

    async function world(client = `client-id = "${keycloak.publicClient}"`): Promise<SignInWorld> {
      const world = await startSignInWorld()
      world.settings(`store = "vault"\n[sign-in."${keycloak.issuer}"]\n${client}\n`)
      return world
    }

    async function signIn(world: SignInWorld, input?: string, user = keycloak.user) {
      const { issuer, password } = keycloak
      const running = world.run('credbridge', ['login', issuer], {
        more: world.withBrowser,
        ...(input === undefined ? {} : { input }),
      })
      const page = await browse(await world.shown(), { account: user, password })
      return { ...(await running), page }
    }

    const asGit = () => `protocol=http\nhost=${new URL(keycloak.issuer).host}\npath=realms/team\n`

    async function answered(world: SignInWorld): Promise<string> {
      const { stdout } = await world.run('git-credential-credbridge', ['get'], { input: `${asGit()}\n` })
      return /^password=(.*)$/m.exec(stdout)?.[1] ?? ''
    }

    /** As git does after a server has refused the token. The next call renews it. */
    async function erase(world: SignInWorld, password: string): Promise<void> {
      const input = `${asGit()}username=${keycloak.user}\npassword=${password}\n\n`
      await world.run('git-credential-credbridge', ['erase'], { input })
    }

    async function kept({ env }: SignInWorld): Promise<KeptToken> {
      const program = join(import.meta.dirname, '..', 'real', 'token-child.ts')
      const input = JSON.stringify({ store: 'vault', endpoint: keycloak.issuer, account: keycloak.user })
      const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', program], { env, input })
      if (stdout === '') throw new Error(stderr)
      const [token] = JSON.parse(stdout) as readonly [KeptToken]
      return token
    }

    /** Waits until the access token that is kept has ended. */
    async function ends(world: SignInWorld): Promise<void> {
      const { expires = 0 } = await kept(world)
      await until(async () => Date.now() >= expires * 1000, 'the token does not end')
    }

    /** What the server answers to whoever has the refresh token. */
    async function refreshed(refreshToken = '', client = keycloak.publicClient) {
      const words = { grant_type: 'refresh_token', client_id: client, refresh_token: refreshToken }
      const body = new URLSearchParams(words)
      const answer = await fetch(`${keycloak.issuer}/protocol/openid-connect/token`, { method: 'POST', body })
      return { status: answer.status, body: (await answer.json()) as unknown }
    }

    /** Whether the server knows the token. */
    async function isValid(token: string): Promise<boolean> {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${keycloak.issuer}/protocol/openid-connect/userinfo`, { headers })).ok
    }

    test('a browser signs in, and logout ends the sign-in at the server', async () => {
      const here = await world()
      const { exitCode, stderr, page } = await signIn(here)
      expect(stderr).toContain(`\nsigned in at ${keycloak.issuer} as ${keycloak.user}, until `)
      expect(stderr).toContain('; credbridge renews it\n')
      expect(exitCode).toBe(0)
      expect(page).toMatchObject({ status: 200, text: expect.stringContaining('credbridge has received the answer') })
      const { accessToken, refreshToken } = await kept(here)
      expect(await answered(here)).toBe(accessToken)
      expect(await isValid(accessToken)).toBe(true)
      expect(await here.credbridge('logout', keycloak.issuer)).toMatchObject({ exitCode: 0 })
      expect(await isValid(accessToken)).toBe(false)
      expect(await refreshed(refreshToken)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    })

    test('the device flow signs in without a browser', async () => {
      const here = await world()
      const lines: string[] = []
      const { issuer, user, password } = keycloak
      const running = here.run('credbridge', ['login', issuer, '--device'], { heard: (text) => lines.push(text) })
      const withCode = /or open this address, which has the code already: (\S+)\n/
      await until(async () => withCode.test(lines.join('')), 'no code was shown')
      const [, address = ''] = withCode.exec(lines.join('')) ?? []
      expect(await browse(address, { account: user, password })).toMatchObject({ status: 200 })
      expect(await running).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining(`signed in at ${issuer} as ${user}`),
      })
    })

    test('a user who may have no offline access is told what to ask for, and then has a sign-in that is renewed', async () => {
      const { issuer, otherUser, publicClient } = keycloak
      expect(await signIn(await world(), undefined, otherUser)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/not_allowed.*\nhint: to ask for something else: scopes in the settings/),
      })
      const here = await world(`client-id = "${publicClient}"\nscopes = ["openid"]`)
      const { stderr } = await signIn(here, undefined, otherUser)
      expect(stderr).toContain(`\nsigned in at ${issuer} as ${otherUser}, until `)
      expect(stderr).toContain('; credbridge renews it\n')
    })

    test('each renewal brings a new refresh token, and the grant lives', async () => {
      const here = await world(`client-id = "${keycloak.shortClient}"`)
      await signIn(here)
      const [tokens, refreshTokens] = [new Set<string>(), new Set<string | undefined>()]
      for (let round = 1; round <= 4; round++) {
        refreshTokens.add((await kept(here)).refreshToken)
        await ends(here)
        tokens.add(await answered(here))
        expect([tokens.size, refreshTokens.size]).toEqual([round, round])
      }
      expect(tokens.has('')).toBe(false)
      expect((await kept(here)).grant.ended).toBeUndefined()
    })

    test('who uses a refresh token a second time ends the sign-in, and that is said', async () => {
      const { issuer, shortClient } = keycloak
      const here = await world(`client-id = "${shortClient}"`)
      await signIn(here)
      const { refreshToken } = await kept(here)
      await ends(here)
      expect(await answered(here)).not.toBe('')
      expect(await refreshed(refreshToken, shortClient)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      })
      await ends(here)
      expect(await answered(here)).toBe('')
      expect((await kept(here)).grant.ended).toBeDefined()
      const { stdout, stderr } = await here.credbridge('status')
      expect(stdout + stderr).toContain(`can no longer be renewed: credbridge login ${issuer}`)
    })

    test('a client with a secret signs in, renews and signs out; the secret is in no file of settings', async () => {
      const { id, secret } = keycloak.secretClient
      const here = await world(`client-id = "${id}"\nclient-has-secret = true`)
      expect(await signIn(here, secret)).toMatchObject({ exitCode: 0 })
      const before = await answered(here)
      await erase(here, before)
      const now = await answered(here)
      expect(now).not.toBe(before)
      expect(await isValid(now)).toBe(true)
      expect(await here.credbridge('logout', keycloak.issuer)).toMatchObject({ exitCode: 0 })
      expect(await isValid(now)).toBe(false)
    })
  })
})
