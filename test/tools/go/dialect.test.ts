import { describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { go } from '../../../src/tools/go/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'
import { readGoauth } from './goauth.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

function kept(at: string, more: Partial<Credential> = {}): Credential {
  return {
    endpoint: parseAddress(at),
    account: 'alice',
    owner: 'person',
    kind: 'basic',
    secret: new Secret('s3cret'),
    ...more,
  }
}

async function holding(...items: readonly Credential[]) {
  const it = conversation()
  for (const item of items) await it.store.save(someone, item)
  return { ...it, ask: (...words: readonly string[]) => it.say(go, words, 'HTTP/1.1 401 Unauthorized\n\n') }
}

const answered = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 })
const nothing = answered('')
const alice = `\n\nAuthorization: ${basic('alice:s3cret')}\n\n`
const host = 'https://go.example.com'

describe('after a refusal', () => {
  test.each([
    ['the origin', host, `${host}/team/app?go-get=1`, [host]],
    ['an exact path', `${host}/team/app`, `${host}/team/app/@v/list`, [`${host}/team/app`]],
    ['the nearest of its parents', `${host}/team`, `${host}/team/app/@v/v1.0.0.zip`, [`${host}/team`]],
    [
      'the very address, whose query go takes for a part of it',
      `${host}/team`,
      `${host}/team?go-get=1`,
      [`${host}/team`, `${host}/team?go-get=1`],
    ],
    ['the very address with a slash', `${host}/team`, `${host}/team/?go-get=1`, [`${host}/team`]],
    ['a port', `${host}:8443/a`, `${host}:8443/a/b`, [`${host}:8443/a`]],
    ['the default port, as go has it', host, `${host}:443/a/b`, [`${host}:443`]],
    ['capitals, as go has them', host, 'https://Go.Example.com/a', ['https://Go.Example.com']],
    ['escapes, as go has them', `${host}/a%20b`, `${host}/a%20b/c`, [`${host}/a%20b`]],
    ['a user', host, 'https://alice@go.example.com/a', ['https://alice@go.example.com']],
    ['an IPv6 address', 'https://[::1]:8443', 'https://[::1]:8443/a', ['https://[::1]:8443']],
  ])('answers for exactly the prefix that is kept: %s', async (_, at, url, prefixes) => {
    const it = await holding(kept(at))
    const reply = await it.ask(url)
    expect(reply).toEqual(answered(`${prefixes.join('\n')}${alice}`))
    expect(readGoauth(reply.stdout).headersFor(url)).toEqual([`Authorization: ${basic('alice:s3cret')}`])
  })

  test.each([
    ['another host', 'https://example.com/team/app'],
    ['a host below', 'https://a.go.example.com/team/app'],
    ['another port', `${host}:8443/team/app`],
    ['a path beside', `${host}/teams`],
    ['a path above', `${host}/`],
    ['http', 'http://go.example.com/team'],
    ['another user', 'https://bob@go.example.com/team'],
    ['a password in the URL, which go sent itself', 'https://alice:pw@go.example.com/team'],
    ['an empty password in the URL', 'https://alice:@go.example.com/team'],
  ])('has nothing for %s', async (_, url) => {
    const it = await holding(kept(`${host}/team`))
    expect(await it.ask(url)).toEqual(nothing)
  })

  test('http material is not sent at all', async () => {
    const it = await holding(kept('http://go.example.com'))
    for (const url of [`${host}/a`, 'http://go.example.com/a', '']) expect(await it.ask(url)).toEqual(nothing)
  })

  test.each<[string, Partial<Credential>, string]>([
    ['a token', { kind: 'bearer' }, 'Bearer s3cret'],
    ['a token of another scheme', { kind: 'bearer', scheme: 'token' }, 'token s3cret'],
    ['another value', { kind: 'header', scheme: 'PrivateToken' }, 'PrivateToken s3cret'],
    ['a password without a user name', { account: '' }, basic('oauth2:s3cret')],
    ['a password in Unicode', { secret: new Secret('pä ß') }, basic('alice:pä ß')],
  ])('sends %s', async (_, more, header) => {
    const it = await holding(kept(host, more))
    expect(await it.ask(`${host}/a`)).toEqual(answered(`${host}\n\nAuthorization: ${header}\n\n`))
  })

  test('a token at a known provider has the user name that it wants', async () => {
    const it = await holding(kept('https://gitlab.com', { account: '' }))
    expect((await it.ask('https://gitlab.com/team/app?go-get=1')).stdout).toContain(basic('oauth2:s3cret'))
    const github = await holding(kept('https://github.com', { account: '' }))
    expect((await github.ask('https://github.com/team/app')).stdout).toContain(basic('x-access-token:s3cret'))
  })

  test.each<[string, Partial<Credential>]>([
    ['a line break in a token', { kind: 'bearer', secret: new Secret('t\nX-Other: 1') }],
    ['a carriage return in a token', { kind: 'header', scheme: 'Token', secret: new Secret('t\r') }],
    ['a blank in a token', { kind: 'bearer', secret: new Secret('t t') }],
    ['a NUL in a token', { kind: 'bearer', secret: new Secret('t\0') }],
    ['an empty token', { kind: 'bearer', secret: new Secret('') }],
    ['a line break in a scheme', { kind: 'header', scheme: 'A: 1\nToken' }],
    ['a header without a scheme', { kind: 'header' }],
    ['a colon in a user name', { account: 'al:ice' }],
  ])('refuses what the wire cannot carry: %s', async (_, more) => {
    const reply = await (await holding(kept(host, more))).ask(`${host}/a`)
    expect(reply).toMatchObject({ stdout: '', exitCode: 1 })
    expect(reply.stderr).toMatch(/^credbridge: /)
    expect(reply.stderr).not.toContain('s3cret')
  })

  test.each([
    [`${host}/a\nhttps://other.example.com`],
    [`${host}/a b`],
    [`${host}/\0`],
    [`${host}/ä`],
    ['https://'],
    ['https:///a'],
    ['https://go.example.com\\@other.example.com/'],
    ['https://go.example.com:0/'],
    [`${host}/${'a'.repeat(9000)}`],
  ])('refuses %j and repeats nothing of it', async (url) => {
    const reply = await (await holding(kept(host))).ask(url)
    expect(reply).toMatchObject({ stdout: '', exitCode: 1 })
    expect(reply.stderr).not.toContain('example')
  })

  test('two words are no request', async () => {
    expect(await (await holding(kept(host))).ask(host, host)).toMatchObject({ stdout: '', exitCode: 1 })
  })

  test('a path of thousands of segments costs nothing', async () => {
    const it = await holding(kept(host))
    expect((await it.ask(`${host}/${'a/'.repeat(4000)}`)).stdout).toBe(`${host}${alice}`)
  })

  test('several accounts and no default: no answer, and why', async () => {
    const it = await holding(kept(host), kept(host, { account: 'bob' }))
    expect(await it.ask(`${host}/a`)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining(`hint: credbridge default ${host} bob\n`),
      exitCode: 1,
    })
    expect((await it.ask('https://bob@go.example.com/a')).stdout).toContain(basic('bob:s3cret'))
  })

  test('nothing that has expired', async () => {
    const it = await holding(kept(host, { expires: Date.UTC(2026, 10, 21, 13) / 1000 }))
    expect((await it.ask(`${host}/a`)).stdout).not.toBe('')
    it.wait(3600_000)
    expect(await it.ask(`${host}/a`)).toEqual(nothing)
  })

  test('what an alias has, for the host that go asks', async () => {
    const it = conversation({ aliases: { 'proxy.example.com': 'go.example.com' } })
    await it.store.save(someone, kept(`${host}/team`))
    expect((await it.say(go, ['https://proxy.example.com/team/a'])).stdout).toBe(
      `https://proxy.example.com/team${alice}`,
    )
  })
})

describe('before the first request', () => {
  test('nothing that was not shared', async () => {
    expect(await (await holding(kept(host))).ask()).toEqual(nothing)
    expect(await (await holding()).ask()).toEqual(nothing)
  })

  test('what was shared, each by itself, and of the others nothing', async () => {
    const it = await holding(
      kept(host),
      kept(`${host}/team`, { kind: 'bearer' }),
      kept('https://other.example.com'),
      kept('http://plain.example.com'),
    )
    const actions = await it.broker.personActions()
    for (const at of [host, `${host}/team`, 'http://plain.example.com']) {
      await actions.share(parseAddress(at), 'alice', 'go')
    }
    const { stdout, ...others } = await it.ask()
    expect(others).toEqual({ stderr: '', exitCode: 0 })
    expect(readGoauth(stdout).credentials).toEqual(
      new Map([
        ['go.example.com', [`Authorization: ${basic('alice:s3cret')}`]],
        ['go.example.com/team', ['Authorization: Bearer s3cret']],
      ]),
    )
  })

  test('what no header carries is left out, and said', async () => {
    const it = await holding(kept(host), kept(`${host}/odd`, { kind: 'bearer', secret: new Secret('a b') }))
    const actions = await it.broker.personActions()
    for (const at of [host, `${host}/odd`]) await actions.share(parseAddress(at), 'alice', 'go')
    expect(await it.ask()).toEqual({
      stdout: `${host}${alice}`,
      stderr: expect.stringContaining(`the token for ${host}/odd has characters that a header cannot contain\n`),
      exitCode: 0,
    })
  })

  test('a broken store is no empty answer', async () => {
    const it = await holding(kept(host))
    for (const words of [[], [`${host}/a`]]) {
      it.store.failOnce(new Failure('locked', 'the keyring is locked'))
      expect(await it.ask(...words)).toEqual({ stdout: '', stderr: 'credbridge: the keyring is locked\n', exitCode: 1 })
    }
  })
})
