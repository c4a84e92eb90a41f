import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Address, parseAddress } from '../../src/core/endpoint.ts'
import { readSettings } from '../../src/engine/read-settings.ts'
import { parseSettings } from '../../src/engine/settings-file.ts'
import { ownClientFor } from '../../src/sign-in/own-client.ts'
import { runIn } from '../../src/system/child.ts'
import { needsPrograms, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'

const at = parseAddress('https://git.example.com') as Address

needsPrograms('git')('the client ids that git knows', () => {
  test('of the user and of the system count, those of a repository do not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cb-ids-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const [user, system] = [join(folder, 'user'), join(folder, 'system')]
    const env = { HOME: folder, PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: user, GIT_CONFIG_SYSTEM: system }
    const machine = { program: (name: string) => programOnPath(name), run: runIn(env) }
    const client = () => ownClientFor(at, {}, machine)
    const git = (...words: readonly string[]) => run('git', words, { env, cwd: folder })
    await git('init', '-q', '.')
    await git('config', 'credential.https://git.example.com.oauthClientId', 'of-repository')
    expect(await client()).toBeUndefined()
    await git('config', '--file', system, 'credential.https://git.example.com.oauthClientId', 'of-system')
    expect(await client()).toEqual({ clientId: 'of-system' })
    await git('config', '--file', user, 'credential.https://git.example.com.oauthClientId', 'of-user')
    await git('config', '--file', user, 'credential.https://git.example.com.oauthScopes', 'a b')
    await git('config', '--file', user, 'credential.https://git.example.com.oauthTokenURL', '/oauth/token')
    await git(
      'config',
      '--file',
      user,
      'credential.https://git.example.com.oauthAuthorizeEndpoint',
      'https://l.example.com/a',
    )
    expect(await client()).toEqual({
      clientId: 'of-user',
      scopes: ['a', 'b'],
      tokenEndpoint: 'https://git.example.com/oauth/token',
      authorizationEndpoint: 'https://l.example.com/a',
    })
    await git('config', '--file', user, 'credential.https://other.example.com.oauthClientId', 'of-other')
    expect(await client()).toMatchObject({ clientId: 'of-user' })
  })
})

const noGit = { program: () => undefined, run: runIn({}) }

async function settings(toml: string) {
  const usual = await readSettings({ home: '/', config: '/none', data: '/none', state: '/none' }, {})
  return parseSettings(toml, usual)
}

test('the settings name a client for an address, or for all below an origin', async () => {
  const { signIn, unknownKeys } = await settings(
    '[sign-in."https://Git.example.com"]\nclient-id = "mine"\nscopes = ["a"]\nissuer = "https://login.example.com"\n',
  )
  expect(unknownKeys).toEqual([])
  const mine = { clientId: 'mine', scopes: ['a'], issuer: 'https://login.example.com' }
  expect(await ownClientFor(at, signIn, noGit)).toEqual(mine)
  expect(await ownClientFor(parseAddress('https://git.example.com/team') as Address, signIn, noGit)).toEqual(mine)
  expect(await ownClientFor(parseAddress('https://git.example.com:8443') as Address, signIn, noGit)).toBeUndefined()
})

test('the nearest address above an endpoint names its client', async () => {
  const { signIn } = await settings(
    '[sign-in."https://git.example.com"]\nclient-id = "far"\n[sign-in."https://git.example.com/gitea"]\nclient-id = "near"\n',
  )
  const below = parseAddress('https://git.example.com/gitea/team/repo') as Address
  expect(await ownClientFor(below, signIn, noGit)).toEqual({ clientId: 'near' })
})

test('a key that this version does not know is ignored and named, as elsewhere', async () => {
  const { signIn, unknownKeys } = await settings('[sign-in."https://h.example.com"]\nclient-id = "mine"\nlater = 1\n')
  expect(signIn).toEqual({ 'https://h.example.com': { clientId: 'mine' } })
  expect(unknownKeys).toEqual(['sign-in.https://h.example.com.later'])
})

test.each([
  ['[sign-in]\n"no address" = {}', /sign-in is a table from addresses to tables/],
  [
    '[sign-in."https://h.example.com"]\nissuer = "http://login.example.com"',
    /sign-in.issuer must be an address with https/,
  ],
  ['[sign-in."https://h.example.com"]\nscopes = "a"', /sign-in.scopes must be a list of texts/],
  ['[sign-in."https://h.example.com"]\nuser = "a:b"', /sign-in.user must be a user name/],
])('%j is refused', async (toml, says) => {
  await expect(settings(toml)).rejects.toThrow(says)
})
