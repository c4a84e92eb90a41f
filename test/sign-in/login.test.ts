import { connect } from 'node:net'
import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { browse } from '../real/form-browser.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { until } from '../real/until.ts'
import { startProviderWorld, startSignInWorld } from './sign-in-world.ts'
import { type Reply, standIn } from './stand-in.ts'

/* A person signs in and out at a real provider. */

needs('the build (npm run build)', built)('built', () => {
  usual('a browser signs in once, and the token is kept with what renews it', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    const outcome = await world.login({ account: 'ann' })
    const host = new URL(issuer).host
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '' })
    expect(outcome.stderr).toMatch(
      `${host} is an OAuth server; this sign-in was run against Keycloak and oidc-provider, not against this server\n`,
    )
    expect(outcome.stderr).toContain('credbridge will ask for: openid, offline_access\n')
    expect(outcome.stderr).toMatch(
      new RegExp(`\nsigned in at ${issuer} as ann, until (tomorrow at )?\\d\\d:\\d\\d; credbridge renews it\n`),
    )
    expect(outcome.page).toMatchObject({
      status: 200,
      text: 'credbridge has received the answer. Close this page and go back to the terminal.',
    })
    const { signedIn } = JSON.parse((await world.credbridge('status', '--json')).stdout)
    expect(signedIn).toMatchObject([
      { endpoint: issuer, account: 'ann', owner: 'person', kind: 'token', renewedBy: 'credbridge', troubles: [] },
    ])
    expect(Date.parse(signedIn[0].ends) - Date.now()).toBeGreaterThan(3_000_000)
  })

  thorough('the port of the browser is closed afterwards', async () => {
    const world = await startProviderWorld()
    const { page } = await world.login({ account: 'ann' })
    await expect(reaches(page.url)).resolves.toBe(false)
  })

  thorough('the device flow signs in without a browser', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    const lines: string[] = []
    const running = world.run('credbridge', ['login', issuer, '--device'], { heard: (text) => lines.push(text) })
    const code = /open (\S+) on any machine, and type this code there: (\S+)\n/
    await until(async () => code.test(lines.join('')), 'no code was shown')
    const [, address = '', typed = ''] = code.exec(lines.join('')) ?? []
    expect(await browse(address, { account: 'ann', code: typed })).toMatchObject({ status: 200 })
    expect(await running).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`signed in at ${issuer} as ann`),
    })
  })

  thorough('who refuses in the browser is told so, and nothing is kept', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    const running = world.run('credbridge', ['login', issuer], { more: world.withBrowser })
    const address = new URL(await world.shown())
    const query = { state: address.searchParams.get('state') ?? '', iss: issuer, error: 'access_denied' }
    await fetch(`${address.searchParams.get('redirect_uri')}/?${new URLSearchParams(query)}`)
    expect(await running).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`the sign-in at ${new URL(issuer).host} was not allowed`),
    })
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 1, stdout: '' })
  })

  thorough('another account than the named one is not kept', async () => {
    const world = await startProviderWorld()
    expect(await world.login({ account: 'bob' }, 'ann')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('this is the account bob, not ann; nothing was kept'),
    })
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
  })

  thorough('what is not kept is ended at the provider', async () => {
    const { outcome, asked } = await atGitLab({ body: { username: 'bob' } }, {}, 'ann')
    expect(outcome).toMatchObject({ exitCode: 2 })
    const ended = asked.filter(({ line }) => line === 'POST /oauth/revoke').map(({ body }) => body)
    expect(ended).toEqual(['token=rt&client_id=mine', 'token=at&client_id=mine'])
  })

  usual.each<readonly [string, Reply, object]>([
    ['does not say whose it is', { status: 500 }, {}],
    ['issued what no tool can send', { body: { username: 'ann' } }, { access_token: 'a t' }],
  ])('a token of a provider that %s is ended there', async (_, user, changed) => {
    const { outcome, asked } = await atGitLab(user, changed)
    expect(outcome.exitCode).toBe(2)
    const ended = asked.filter(({ line }) => line === 'POST /oauth/revoke').map(({ body }) => body)
    expect(ended).toHaveLength(2)
    expect(ended[0]).toBe('token=rt&client_id=mine')
  })

  thorough('a token that may not ask whose it is signs in without a name', async () => {
    const { outcome, world, base } = await atGitLab({ status: 403 }, {})
    expect(outcome).toMatchObject({ exitCode: 0 })
    expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toMatchObject([
      { endpoint: base, account: '' },
    ])
  })

  thorough('an endpoint that says nothing is signed in at by the server that the settings name', async () => {
    const [world, { base }] = [await startProviderWorld(), await standIn({})]
    const { issuer, clientId } = world.provider
    world.settings(`store = "vault"\n[sign-in."${base}"]\nissuer = "${issuer}"\nclient-id = "${clientId}"\n`)
    const running = world.run('credbridge', ['login', base], { more: world.withBrowser })
    const address = await world.shown()
    expect(new URL(address).origin).toBe(issuer)
    await browse(address, { account: 'ann' })
    expect(await running).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`signed in at ${base} as ann`),
    })
  })

  usual('logout ends the tokens at the provider, then forgets them', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    await world.login({ account: 'ann' })
    const token = (await world.credbridge('get', issuer)).stdout.trim()
    expect(await world.provider.isValid(token)).toBe(true)
    expect(await world.credbridge('logout', issuer)).toMatchObject({
      exitCode: 0,
      stderr: `ann at ${issuer} is signed out and forgotten\n`,
    })
    expect(await world.provider.isValid(token)).toBe(false)
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
    expect((await world.credbridge('restore', issuer)).exitCode).not.toBe(0)
  })

  thorough('logout ends the former sign-ins that it forgets, too', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    await world.login({ account: 'ann' })
    const former = (await world.credbridge('get', issuer)).stdout.trim()
    await world.login({ account: 'ann' })
    expect(await world.provider.isValid(former)).toBe(true)
    expect(await world.credbridge('logout', issuer)).toMatchObject({ exitCode: 0 })
    expect(await world.provider.isValid(former)).toBe(false)
  })

  thorough('a provider that cannot be told keeps the sign-in, until a person says to forget it', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    await world.login({ account: 'ann' })
    await world.provider.close()
    expect(await world.credbridge('logout', issuer)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /it could not be ended at the provider, so it was kept: .* accepts no connection\n.*credbridge logout --forget /,
      ),
    })
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 0 })
    expect(await world.credbridge('logout', '--forget', issuer)).toMatchObject({ exitCode: 0 })
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
  })

  thorough('logout where nobody is signed in names the command for what is there', async () => {
    const world = await startProviderWorld()
    await world.set('https://x.example.com', 'ann', 's')
    expect(await world.credbridge('logout', 'https://x.example.com')).toMatchObject({
      exitCode: 1,
      stderr: [
        'nobody is signed in at https://x.example.com by credbridge login',
        'hint: to remove what is kept: credbridge remove https://x.example.com ann\n',
      ].join('\n'),
    })
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    thorough('Ctrl-C while the browser is awaited keeps nothing and closes the port', async () => {
      const world = await startProviderWorld()
      const running = world.onTerminal(
        [['waiting for the browser', '\u0003']],
        ['login', world.provider.issuer],
        world.withBrowser,
      )
      const redirect = new URL(await world.shown()).searchParams.get('redirect_uri') ?? ''
      expect((await running).exitCode).toBe(130)
      await expect(reaches(redirect)).resolves.toBe(false)
      expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
    })
  })
})

/** A sign-in at a GitLab that answers so when it is asked whose the token is, and issues a token with these changes. */
async function atGitLab(user: Reply, changed: object, ...words: readonly string[]) {
  const token = { access_token: 'at', token_type: 'bearer', expires_in: 7200, refresh_token: 'rt', ...changed }
  const { base, asked } = await standIn({
    '/api/v4/version': { status: 401, body: { message: '401 Unauthorized' } },
    '/api/v4/user': user,
    '/oauth/token': { body: token },
    '/oauth/revoke': { body: {} },
  })
  const world = await startSignInWorld()
  world.settings(`store = "vault"\n[sign-in."${base}"]\nclient-id = "mine"\n`)
  const running = world.run('credbridge', ['login', base, ...words], { more: world.withBrowser })
  const { searchParams } = new URL(await world.shown())
  await fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
  return { outcome: await running, asked, world, base }
}

/** Whether somebody listens at the host and port of this address. */
function reaches(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
