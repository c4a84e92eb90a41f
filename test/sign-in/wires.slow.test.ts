import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { built, isStandalone } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import type { Outcome } from '../real/run.ts'
import { at, startTokenWorld, type TokenWorld } from '../real/token-world.ts'

/* One token, asked for by every protocol. Each gets the access token as its wire carries it, and none the refresh token. */

const git = (more = '', verb = 'get') => ({ verb, input: `protocol=https\nhost=git.example.com\n${more}\n` })
const asGit = (world: TokenWorld, { verb, input }: ReturnType<typeof git>) =>
  world.run('git-credential-credbridge', [verb], { input })

needs('the build (npm run build)', built)('built', () => {
  const endings: (() => Promise<void>)[] = []
  let world: TokenWorld
  let token = ''
  let refresh = ''
  let printed = ''

  /** What a command prints, without an error. */
  const says = async (outcome: Promise<Outcome>) => {
    const { stdout, stderr, exitCode } = await outcome
    printed += stdout + stderr
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    return stdout
  }

  beforeAll(async () => {
    world = await startTokenWorld('vault', (work) => void endings.push(work))
    const issued = await world.signIn('alice', { grant: { user: 'oauth2' } })
    token = issued.accessToken
    refresh = issued.refreshToken
    for (const tool of ['docker', 'pnpm', 'go', 'cargo', 'yarn']) await world.credbridge('share', '--with', tool, at)
  })
  afterAll(async () => {
    for (const work of endings.reverse()) await work()
  })

  const basic = () => `Basic ${Buffer.from(`oauth2:${token}`).toString('base64')}`

  test('git: user name and password, with the expiry', async () => {
    const expected = new RegExp(`^username=oauth2\npassword=${token}\npassword_expiry_utc=\\d+\n$`)
    expect(await says(asGit(world, git()))).toMatch(expected)
    for (const user of ['alice', 'oauth2']) {
      expect(await says(asGit(world, git(`username=${user}\n`)))).toMatch(expected)
    }
    expect(await says(asGit(world, git('username=bob\n')))).toBe('')
    // The provider says which user name it wants, so it wants a password.
    expect(await says(asGit(world, git('capability[]=authtype\ncapability[]=state\n')))).toContain(
      `password=${token}\n`,
    )
  })

  test('docker: user name and secret, also in its list', async () => {
    expect(JSON.parse(await says(world.run('docker-credential-credbridge', ['get'], { input: at })))).toEqual({
      ServerURL: at,
      Username: 'oauth2',
      Secret: token,
    })
    expect(JSON.parse(await says(world.run('docker-credential-credbridge', ['list'])))).toEqual({
      'git.example.com': 'oauth2',
    })
  })

  test('Yarn, go and bazel: a bearer token in a header', async () => {
    expect(await says(world.run('credbridge-pnpm', [`${at}/`]))).toBe(`Bearer ${token}\n`)
    expect(await says(world.run('credbridge-yarn', [`${at}/`]))).toContain(`Bearer ${token}\n`)
    expect(await says(world.run('credbridge-go', [`${at}/team/module`]))).toContain(`Authorization: Bearer ${token}\n`)
    const bazel = JSON.parse(await says(world.run('credbridge-bazel', ['get'], { input: `{"uri":"${at}/file"}` })))
    expect(bazel).toEqual({ headers: { Authorization: [`Bearer ${token}`] }, expires: expect.stringMatching(/Z$/) })
  })

  test('cargo and Terraform: a token', async () => {
    const request = { v: 1, kind: 'get', operation: 'read', registry: { 'index-url': `sparse+${at}/`, name: 'mine' } }
    const cargo = await world.run('cargo-credential-credbridge', ['--cargo-plugin'], {
      input: `${JSON.stringify({ ...request, args: [] })}\n`,
    })
    const answer = JSON.parse(cargo.stdout.split('\n')[1] ?? '') as Record<string, unknown>
    expect(answer).toMatchObject({ Ok: { kind: 'get', token: `Bearer ${token}`, expiration: expect.any(Number) } })
    printed += cargo.stdout + cargo.stderr
    const terraform = await says(world.run('terraform-credentials-credbridge', ['get', 'git.example.com']))
    expect(JSON.parse(terraform)).toEqual({ token })
  })

  test("Python's keyring: user name and password", async () => {
    const keyring = (...words: readonly string[]) => says(world.run('credbridge-keyring', words))
    expect(await keyring('--mode', 'creds', 'get', `${at}/simple/`)).toBe(`oauth2\n${token}\n`)
    expect(await keyring('get', at, 'alice')).toBe(`${token}\n`)
    expect(await keyring('get', `${at}/simple/`, 'oauth2')).toBe(`${token}\n`)
  })

  test('.netrc, a prompt of git, get and run', async () => {
    expect(await says(world.credbridge('netrc', at))).toBe(`machine git.example.com login oauth2 password ${token}\n`)
    const more = { GIT_ASKPASS: 'credbridge-askpass', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }
    const filled = await says(world.run('git', ['credential', 'fill'], { input: git().input, more }))
    expect(filled).toContain(`username=oauth2\npassword=${token}\n`)
    expect(await says(world.credbridge('get', at))).toBe(`${token}\n`)
    expect(JSON.parse(await says(world.credbridge('get', '--json', at)))).toEqual({
      ...{ account: 'alice', owner: 'person', kind: 'bearer', token: true },
      ...{ expires: expect.any(Number), secret: token },
    })
    const env = join(world.session.folder, 'env')
    writeFileSync(env, '#!/bin/sh\necho "$U $P $B $A"\n')
    chmodSync(env, 0o755)
    const variables = ['username', 'password', 'bearer', 'basic'].map((part, n) => `${'UPBA'[n]}=${at}:${part}`)
    const words = variables.flatMap((one) => ['--env', one])
    expect(await says(world.credbridge('run', ...words, '--', env))).toBe(
      `oauth2 ${token} Bearer ${token} ${basic()}\n`,
    )
  })

  test.skipIf(isStandalone)('a fresh token loads nothing that an ordinary password does not load', async () => {
    const hook = join(world.session.folder, 'loaded.cjs')
    writeFileSync(
      hook,
      `process.on('exit', () => {
        const loaded = [...Object.keys(require.cache), ...process.moduleLoadList].filter((name) => name !== __filename)
        require('fs').writeFileSync(process.env.LOADED, loaded.sort().join('\\n'))
      })`,
    )
    const loads = async (host: string) => {
      const file = join(world.session.folder, host)
      const more = { NODE_OPTIONS: `--require=${hook}`, LOADED: file }
      const input = `protocol=https\nhost=${host}\n\n`
      expect(await world.run('git-credential-credbridge', ['get'], { input, more })).toMatchObject({ exitCode: 0 })
      return readFileSync(file, 'utf8').split('\n')
    }
    await world.set('https://other.example.com', 'ann', 'password', { more: { CREDBRIDGE_STORE: 'vault' } })
    const ordinary = await loads('other.example.com')
    expect(ordinary).toContainEqual(expect.stringMatching(/git-credential-credbridge\.cjs$/))
    expect(await loads('git.example.com')).toEqual(ordinary)
  })

  test('no protocol has got the refresh token', () => {
    expect(printed).toContain(token)
    expect(printed).not.toContain(refresh)
  })

  describe('a tool that stores what it was answered', () => {
    const owners = async () => {
      const list = JSON.parse(await says(world.credbridge('list', at, '--json'))) as readonly {
        owner: string
        kind: string
      }[]
      return list.map(({ owner, kind }) => [owner, kind])
    }

    test.each([
      ['as it was', ''],
      ['without its expiry', 'no expiry'],
    ])('makes no copy: git, %s', async (_, how) => {
      const { stdout } = await asGit(world, git())
      const text = how === '' ? stdout : stdout.replace(/^password_expiry_utc=.*\n/m, '')
      await says(asGit(world, git(text, 'store')))
      expect(await owners()).toEqual([['person', 'token']])
    })

    test('makes no copy: docker and keyring', async () => {
      const docker = JSON.stringify({ ServerURL: at, Username: 'oauth2', Secret: token })
      await says(world.run('docker-credential-credbridge', ['store'], { input: docker }))
      await says(world.run('credbridge-keyring', ['set', at, 'oauth2'], { input: token }))
      expect(await owners()).toEqual([['person', 'token']])
    })

    test('makes none of the token before a renewal, and git does not hand out its own refresh token either', async () => {
      const { stdout: before } = await asGit(world, git())
      await world.signIn('alice', { grant: { user: 'oauth2' }, accessToken: token, endsIn: 1 })
      const { stdout: now } = await asGit(world, git())
      expect(now).not.toBe(before)
      await says(asGit(world, git(before, 'store')))
      expect(await owners()).toEqual([['person', 'token']])
      expect(now).not.toContain('oauth_refresh_token')
    })
  })

  describe('a server that refuses the token', () => {
    const answered = async () => /^password=(.*)$/m.exec((await asGit(world, git())).stdout)?.[1]
    const erased = (password = '') => asGit(world, git(`username=oauth2\npassword=${password}\n`, 'erase'))

    test('makes the next lookup renew it once; a refusal of that one counts', async () => {
      await world.signIn('alice', { grant: { user: 'oauth2' } })
      const before = await world.provider.refreshes()
      const first = await answered()
      await erased(first)
      const second = await answered()
      expect(second).toMatch(/./)
      expect(second).not.toBe(first)
      // It repeats the refusal of the former one, which says nothing about this one.
      await erased(first)
      expect(await answered()).toBe(second)
      await erased(second)
      expect(await answered()).toBeUndefined()
      expect((await world.provider.refreshes()) - before).toBe(1)
      // Others still get it, and a person can undo what the refusal did.
      expect((await world.credbridge('get', at)).stdout).toBe(`${second}\n`)
      await world.credbridge('restore', at)
      expect(await answered()).toBe(second)
    })
  })
})
