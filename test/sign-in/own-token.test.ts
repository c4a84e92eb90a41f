import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startSignInWorld } from './sign-in-world.ts'
import { type Pages, standIn } from './stand-in.ts'

/* A person signs in with a token that they made. The forges are stand-ins, written after the documentation of the real ones. */

/** Without the lines about tools, which depend on what is installed. */
function withoutTools(text: string): string {
  return text.replace(/^(used by|no tool uses|hint: credbridge (setup|share)) .*\r?\n/gm, '')
}

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

function gitLab(more: Pages = {}) {
  return standIn({
    '/api/v4/version': { status: 401, body: { message: '401 Unauthorized' } },
    '/api/v4/user': { body: { username: 'ann' } },
    '/api/v4/personal_access_tokens/self': (_, body) =>
      body === '' ? { body: { scopes: ['api', 'read_registry'], expires_at: day(60) } } : { status: 400 },
    ...more,
  })
}

const gitea: Pages = { '/api/v1/version': { body: { version: '1.26.0' } }, '/api/v1/user': { body: { login: 'ann' } } }

needs('the build (npm run build)', built)('built', () => {
  usual('a token from standard input is checked, and kept with its end', async () => {
    const [world, { base, asked }] = [await startSignInWorld(), await gitLab()]
    const host = new URL(base).host
    const outcome = await world.run('credbridge', ['login', base], { input: 't0ken\n' })
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '' })
    expect(withoutTools(outcome.stderr).replace(/until .*?;/, 'until then;')).toBe(
      [
        `${host} is GitLab, self-hosted; this sign-in was written from its documentation and not run against it`,
        'credbridge has no client id of its own there, so a token that you make signs in',
        'note: with a client of your own it would renew itself: docs/sign-in.md, Your own client',
        `note: if glab is signed in: credbridge login ${base} --from glab`,
        `signed in at ${base} as ann, until then; nothing renews it`,
        'it may: api, read_registry\n',
      ].join('\n'),
    )
    expect(asked.map(({ request }) => request.headers.authorization).filter((one) => one !== undefined)).toEqual([
      'Bearer t0ken',
      'Bearer t0ken',
    ])
    const { signedIn } = JSON.parse((await world.credbridge('status', '--json')).stdout)
    expect(signedIn).toMatchObject([
      { kind: 'token', account: 'ann', ends: `${day(60)}T00:00:00.000Z`, renewedBy: null },
    ])
    expect((await world.credbridge('get', base)).stdout).toBe('t0ken\n')
  })

  thorough.each<readonly [string, string, Pages, RegExp]>([
    [
      'that the provider refuses',
      't',
      { '/api/v4/user': { status: 401 } },
      /does not accept this token, nothing was kept/,
    ],
    ['at a provider out of order', 't', { '/api/v4/user': { status: 502 } }, /cannot answer now \(status 502\)/],
    ['at a page of a network', 't', { '/api/v4/user': { body: '<html>' } }, /did not answer as expected/],
    [
      'that a redirect asks for',
      't',
      { '/api/v4/user': { status: 302, headers: { location: 'http://127.0.0.1:9/' } } },
      /redirects to another address/,
    ],
    [
      'that has ended',
      't',
      { '/api/v4/personal_access_tokens/self': { body: { expires_at: day(-1) } } },
      /the token has expired already/,
    ],
    ['with a space', 'a b', {}, /a character that no tool can send/],
    ['with a second line', 'a\nb\n', {}, /a character that no tool can send/],
    ['with a NUL', 'a\0b', {}, /a character that no tool can send/],
    ['that is empty', '', {}, /no token was given/],
    [
      'of an account with a line end in its name',
      't',
      { '/api/v4/user': { body: { username: 'ann\nroot' } } },
      /a name of an account that cannot be kept/,
    ],
    [
      'of an account with an endless name',
      't',
      { '/api/v4/user': { body: { username: 'a'.repeat(256) } } },
      /a name of an account that cannot be kept/,
    ],
  ])('a token %s is not kept', async (_, input, pages, says) => {
    const [world, { base }] = [await startSignInWorld(), await gitLab(pages)]
    expect(await world.run('credbridge', ['login', base], { input })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(says),
    })
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
  })

  usual('logout ends it at the provider', async () => {
    const [world, { base, asked }] = [await startSignInWorld(), await gitLab()]
    await world.run('credbridge', ['login', base], { input: 't0ken\n' })
    expect(await world.credbridge('logout', base)).toMatchObject({ exitCode: 0 })
    expect(asked.at(-1)).toMatchObject({ line: 'DELETE /api/v4/personal_access_tokens/self' })
  })

  thorough('at the address of a repository one signs in to the whole forge, and out of it', async () => {
    const [world, { base }] = [await startSignInWorld(), await standIn(gitea)]
    const { stderr } = await world.run('credbridge', ['login', '--token', `${base}/team/repo`], { input: 't0ken\n' })
    expect(stderr).toContain(`signed in at ${base} as ann; nothing renews it\nkept for ${base}, for everything there\n`)
    expect((await world.credbridge('get', base)).stdout).toBe('t0ken\n')
    const { exitCode, stderr: told } = await world.credbridge('logout', `${base}/other/repo`)
    expect({ exitCode, told }).toMatchObject({
      exitCode: 0,
      told: expect.stringContaining(`ann at ${base} is signed out`),
    })
    expect(told).toContain(`end it there: ${base}/user/settings/applications`)
  })

  thorough('where the provider has no way to end it, logout says where a person can', async () => {
    const [world, { base }] = [await startSignInWorld(), await standIn(gitea)]
    await world.run('credbridge', ['login', '--token', base], { input: 't0ken\n' })
    expect(await world.credbridge('logout', base)).toMatchObject({
      exitCode: 0,
      stderr: [
        `note: the token stays valid at the provider until it ends; end it there: ${base}/user/settings/applications`,
        `ann at ${base} is signed out and forgotten\n`,
      ].join('\n'),
    })
  })

  thorough('who removes it reads what ends it at the provider, too', async () => {
    const [world, { base }] = [await startSignInWorld(), await gitLab()]
    await world.run('credbridge', ['login', base], { input: 't0ken\n' })
    const note = `note: the sign-in at ${base} goes on at its provider; this ends it there, too: credbridge logout ${base} ann\n`
    expect((await world.credbridge('uninstall', '--yes', '--remove-secrets')).stderr).toContain(note)
    expect(await world.credbridge('remove', base)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(note) })
  })

  thorough('--from keeps the command of a program that is signed in there', async () => {
    const [world, { base }] = [await startSignInWorld(), await gitLab()]
    const glab = `${world.session.folder}/commands/glab`
    await world.run('sh', ['-c', `printf '#!/bin/sh\\necho "printed-for-$5"\\n' > ${glab} && chmod 755 ${glab}`])
    expect(await world.credbridge('login', base, '--from', 'glab')).toMatchObject({ exitCode: 0 })
    expect((await world.credbridge('get', base)).stdout).toBe(`printed-for-${new URL(base).host}\n`)
    expect(await world.credbridge('login', base, '--from', 'gh')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`gh prints no token for ${base}\nhint: credbridge login ${base} --from glab\n`),
    })
  })

  thorough(
    'the other hosts of a provider lead to its first one, and the lines for the settings are said once',
    async () => {
      const world = await startSignInWorld()
      const gh = `${world.session.folder}/commands/gh`
      await world.run('sh', ['-c', `printf '#!/bin/sh\\necho printed\\n' > ${gh} && chmod 755 ${gh}`])
      const { stderr } = await world.credbridge('login', 'https://ghcr.io', '--from', 'gh')
      expect(stderr).toContain('kept for https://github.com: ')
      expect(stderr).toContain('  [aliases]\n  "gist.github.com" = "github.com"\n')
      expect((await world.credbridge('get', 'https://github.com')).stdout).toBe('printed\n')
      world.settings(`store = "vault"\n${stderr.slice(stderr.indexOf('  [aliases]'))}`)
      const again = await world.credbridge('login', 'https://ghcr.io', '--from', 'gh')
      expect(again).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('aliases') })
      expect((await world.credbridge('explain', 'https://ghcr.io')).stdout).toContain('gets')
    },
  )

  thorough('login --yes lets the other hosts use it, and says how to undo that', async () => {
    const world = await startSignInWorld()
    const gh = `${world.session.folder}/commands/gh`
    await world.run('sh', ['-c', `printf '#!/bin/sh\necho printed\n' > ${gh} && chmod 755 ${gh}`])
    const { stderr, exitCode } = await world.credbridge('login', 'github.com', '--from', 'gh', '--yes')
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/\nits other hosts use it now, too: gist\.github\.com, .*\n/)
    expect(stderr).toMatch(/\nnote: to undo that, delete their lines below \[aliases\] in .*config\.toml\n/)
    const docker = await world.run('docker-credential-credbridge', ['get'], { input: 'ghcr.io' })
    expect(docker.stdout + docker.stderr).not.toContain('settings')
    expect((await world.credbridge('explain', 'https://ghcr.io')).stdout).toContain('github.com')
    const again = await world.credbridge('login', 'github.com', '--from', 'gh', '--yes')
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('other hosts') })
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    thorough.each([
      ['y', true],
      ['n', false],
    ])('whether the other hosts use it is asked once: %s', async (typed, isWritten) => {
      const world = await startSignInWorld()
      const gh = `${world.session.folder}/commands/gh`
      await world.run('sh', ['-c', `printf '#!/bin/sh\necho printed\n' > ${gh} && chmod 755 ${gh}`])
      const words = ['login', 'github.com', '--from', 'gh']
      const { stdout, stderr } = await world.onTerminal([['Shall they use this sign-in, too?', `${typed}\r`]], words)
      expect((stdout + stderr).includes('its other hosts use it now, too')).toBe(isWritten)
      expect((await world.credbridge('explain', 'https://ghcr.io')).stdout.includes('go on at github.com')).toBe(
        isWritten,
      )
    })
  })

  thorough('an endpoint that says nothing of itself names what else there is', async () => {
    const [world, { base }] = [await startSignInWorld(), await standIn({})]
    expect(await world.credbridge('login', base)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        new RegExp(
          `^credbridge: ${base} does not say how one signs in there\nhint: .*\nhint: .* credbridge set ${base}\n$`,
        ),
      ),
    })
  })

  thorough('a store that keeps nothing that renews itself is named before anybody signs in', async () => {
    const [world, { base }] = [await startSignInWorld(), await standIn(gitea)]
    const program = `${world.session.folder}/commands/docker-credential-x`
    await world.run('sh', ['-c', `printf '#!/bin/sh\ncat > /dev/null; echo {}\n' > ${program} && chmod 755 ${program}`])
    world.settings('store = "helper:x"\n')
    const outcome = await world.run('credbridge', ['login', base], { more: world.withBrowser })
    expect(outcome).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /the helper:x store keeps nothing that renews itself.*\nhint: .*credbridge use vault --move\nhint: .*credbridge login --token /,
      ),
    })
  })

  usual('a provider with organisations wants one', async () => {
    const world = await startSignInWorld()
    expect(await world.credbridge('login', 'https://dev.azure.com')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /one signs in to an organisation\nhint: credbridge login https:\/\/dev\.azure\.com\/<organisation>\n$/,
      ),
    })
  })

  usual('what is no server is refused', async () => {
    const world = await startSignInWorld()
    expect(await world.credbridge('login', 'smtp://mail.example.com')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is no server at which one can sign in'),
    })
  })

  needsPrograms('python3')('on a terminal', () => {
    usual('the page for a token is named and opened, and the token is not shown', async () => {
      const [world, { base }] = [await startSignInWorld(), await standIn(gitea)]
      const question = `Token of ${new URL(base).host}: `
      const outcome = await world.onTerminal([[question, 't0ken\r']], ['login', '--token', base], world.withBrowser)
      expect(outcome.exitCode).toBe(0)
      expect(withoutTools(outcome.stdout)).toBe(
        [
          `${new URL(base).host} is Gitea; this sign-in was run against a real one`,
          `make a token for credbridge on this page: ${base}/user/settings/applications`,
          'tick there: repository and package, each with read and write, and user with read',
          question,
          `signed in at ${base} as ann; nothing renews it\r\n`,
        ].join('\r\n'),
      )
      expect(await world.shown()).toBe(`${base}/user/settings/applications`)
    })

    thorough('Ctrl-C at the question keeps nothing', async () => {
      const [world, { base }] = [await startSignInWorld(), await standIn(gitea)]
      expect(await world.onTerminal([['Token of', '\u0003']], ['login', '--token', base])).toMatchObject({
        exitCode: 130,
      })
      expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
    })
  })
})
