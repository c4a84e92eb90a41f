import { describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { bazel } from '../../../src/tools/bazel/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'
import { requestFor, responseOf } from './specification.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const host = 'https://cache.example.com'

function kept(at: string, more: Partial<Credential> = {}): Credential {
  const secret = new Secret('s3cret')
  return { endpoint: parseAddress(at), account: 'alice', owner: 'person', kind: 'basic', secret, ...more }
}

async function holding(...items: readonly Credential[]) {
  const it = conversation()
  for (const item of items) await it.store.save(someone, item)
  const ask = (input: string, ...words: readonly string[]) => it.say(bazel, words.length === 0 ? ['get'] : words, input)
  return { ...it, ask, get: async (uri: string) => await ask(requestFor(uri)) }
}

const answered = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 })
const nothing = answered('{}\n')

describe('get', () => {
  test.each<[string, Partial<Credential>, string]>([
    ['a user name and a password', {}, basic('alice:s3cret')],
    ['a password without a user name', { account: '' }, basic('oauth2:s3cret')],
    ['a token', { kind: 'bearer' }, 'Bearer s3cret'],
    ['another value', { kind: 'header', scheme: 'Token' }, 'Token s3cret'],
  ])('%s, byte by byte', async (_, more, header) => {
    const it = await holding(kept(host, more))
    const reply = await it.get(`${host}/remote.Execution/Execute`)
    expect(reply).toEqual(answered(`{"headers":{"Authorization":["${header}"]}}\n`))
    expect(responseOf(reply.stdout)).toEqual({ headers: { Authorization: [header] } })
  })

  test('when it expires, without a fraction of a second; then nothing', async () => {
    const expires = Date.UTC(2026, 10, 21, 13) / 1000
    const it = await holding(kept(host, { kind: 'bearer', expires: expires + 0.75 }))
    const { stdout } = await it.get(host)
    expect(stdout).toBe('{"headers":{"Authorization":["Bearer s3cret"]},"expires":"2026-11-21T13:00:00Z"}\n')
    expect(responseOf(stdout).expires).toBe(expires)
    it.wait(3601_000)
    expect(await it.get(host)).toEqual(nothing)
  })

  test('a time that has no four digits for its year is left out', async () => {
    const it = await holding(kept(host, { expires: 1e12 }))
    expect(responseOf((await it.get(host)).stdout).expires).toBeUndefined()
  })

  test.each([
    ['the host', host, `${host}/a/b?c=d`],
    ['the path', `${host}/a`, `${host}/a/b`],
    ['gRPC over TLS', host, 'grpcs://cache.example.com/remote.Execution'],
    ['plain gRPC', 'http://cache.example.com', 'grpc://cache.example.com/remote.Execution'],
    ['capitals and the default port', host, 'HTTPS://Cache.Example.com:443/a'],
    ['the user in the uri', host, 'https://alice@cache.example.com/a'],
  ])('finds by %s', async (_, at, uri) => {
    expect(responseOf((await (await holding(kept(at))).get(uri)).stdout).headers).toEqual({
      Authorization: [basic('alice:s3cret')],
    })
  })

  test.each([
    ['another host', 'https://example.com/a'],
    ['a host below', 'https://a.cache.example.com/a'],
    ['another port', `${host}:8443/a`],
    ['a path beside', `${host}/ab`],
    ['http', 'http://cache.example.com/a'],
    ['plain gRPC', 'grpc://cache.example.com/a'],
    ['another user', 'https://bob@cache.example.com/a'],
  ])('has nothing for %s', async (_, uri) => {
    expect(await (await holding(kept(`${host}/a`))).get(uri)).toEqual(nothing)
  })

  test('members that the specification does not have are ignored', async () => {
    const it = await holding(kept(host))
    const { stdout } = await it.ask(`{"other":[1],"uri":"${host}/a","uri2":null}\n`)
    expect(responseOf(stdout).headers).toEqual({ Authorization: [basic('alice:s3cret')] })
  })

  test.each([
    '',
    'x',
    'null',
    '[]',
    '"https://cache.example.com"',
    '{}',
    '{"uri":1}',
    '{"uri":["https://cache.example.com"]}',
    '{"URI":"https://cache.example.com"}',
    '{"uri":"cache.example.com"}',
    '{"uri":"https://"}',
    '{"uri":"https://cache.example.com\\\\@other.example.com/"}',
    '{"uri":"https://cache.example.com\\n.other.example.com/"}',
    '{"uri":"https://cache.example.com:99999/"}',
    '{"uri":"ftp://cache.example.com/"}',
    '{"uri":"constructor://cache.example.com/"}',
    '{"uri":"https://cache.example.com/"} {}',
  ])('refuses %j and repeats nothing of it', async (input) => {
    const reply = await (await holding(kept(host))).ask(input)
    expect(reply).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringMatching(/^credbridge: .+\n$/) })
    expect(reply.stderr).not.toContain('example')
  })

  test('a request over 64 KiB', async () => {
    const reply = await (await holding(kept(host))).get(`${host}/${'a'.repeat(65536)}`)
    expect(reply).toMatchObject({ stdout: '', exitCode: 1 })
  })

  test('input that is not UTF-8', async () => {
    const it = await holding(kept(host))
    expect(await it.say(bazel, 'get', Buffer.from('{"uri":"https://cache.example.com/\xff"}', 'latin1'))).toMatchObject(
      {
        stdout: '',
        exitCode: 1,
      },
    )
  })

  test.each<[string, Partial<Credential>]>([
    ['a line break in a token', { kind: 'bearer', secret: new Secret('t\r\nX-Other: 1') }],
    ['a NUL in a token', { kind: 'header', scheme: 'Token', secret: new Secret('t\0') }],
    ['an empty token', { kind: 'bearer', secret: new Secret('') }],
    ['a header without a scheme', { kind: 'header' }],
    ['a colon in a user name', { account: 'al:ice' }],
  ])('refuses what no header can carry: %s', async (_, more) => {
    expect(await (await holding(kept(host, more))).get(host)).toMatchObject({ stdout: '', exitCode: 1 })
  })

  test('several accounts: fails, and Bazel shows how to choose', async () => {
    const it = await holding(kept(host), kept(host, { account: 'bob' }))
    expect(await it.get(`${host}/a`)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining(`hint: credbridge default ${host} bob\n`),
      exitCode: 1,
    })
  })

  test('a broken store is no empty answer', async () => {
    const it = await holding(kept(host))
    it.store.failOnce(new Failure('locked', 'the keyring is locked'))
    expect(await it.get(host)).toEqual({ stdout: '', stderr: 'credbridge: the keyring is locked\n', exitCode: 1 })
  })
})

test.each([[[]], [['store']], [['get-credentials']], [['--help']], [['get', '--debug']], [['GET']]])(
  'the words %j get the usage, and the call fails',
  async (words) => {
    const it = await holding(kept(host))
    expect(await it.say(bazel, words, requestFor(host))).toEqual({
      stdout: '',
      stderr: 'Usage: credbridge-bazel get\n',
      exitCode: 1,
    })
  },
)
