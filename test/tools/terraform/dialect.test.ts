import { describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { terraform } from '../../../src/tools/terraform/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

const at = 'https://tf.example.com'
const host = 'tf.example.com'
const command = 'terraform-credentials-credbridge'
const usage = `Usage: ${command} <get|store|forget> <host>\n`
const token: Credential = {
  endpoint: parseAddress(at),
  account: '',
  owner: 'terraform',
  kind: 'bearer',
  secret: new Secret('t0ken.a_b-c=='),
}
const git: Credential = { ...token, owner: 'git', account: 'alice', kind: 'basic', secret: new Secret('glpat-1') }

async function holding(...items: readonly Credential[]) {
  const it = conversation()
  for (const item of items) await it.store.save(someone, item)
  return {
    ...it,
    get: (name = host) => it.say(terraform, ['get', name]),
    keep: (input: string | Uint8Array, name = host) => it.say(terraform, ['store', name], input),
    forget: (name = host) => it.say(terraform, ['forget', name]),
    kept: async () =>
      (await it.broker.list()).map(({ endpoint, account, owner, kind }) => [endpoint.key, account, owner, kind]),
  }
}

const said = (stdout: string) => ({ stdout, stderr: '', exitCode: 0 })
const failed = (stderr: string) => ({ stdout: '', stderr, exitCode: 1 })
const nothing = said('{}\n')
const found = (text: string) => said(`{"token":"${text}"}\n`)

describe('what terraform saved', () => {
  test('is found, forgotten, and then absent', async () => {
    const it = await holding()
    expect(await it.get()).toEqual(nothing)
    expect(await it.forget()).toEqual(said(''))
    expect(await it.keep('{"token":"t0ken.a_b-c=="}')).toEqual(said(''))
    expect(await it.kept()).toEqual([[at, '', 'terraform', 'bearer']])
    expect(await it.get()).toEqual(found('t0ken.a_b-c=='))
    expect(await it.keep('{ "token" : "\\u0074wo" }\n')).toEqual(said(''))
    expect(await it.get()).toEqual(found('two'))
    expect(await it.forget()).toEqual(said(''))
    expect(await it.get()).toEqual(nothing)
    expect(await it.kept()).toEqual([])
  })

  test('belongs to its host and port, in any spelling of them, and to no other', async () => {
    const it = await holding({ ...token, endpoint: parseAddress('https://tf.example.com:8443') })
    expect(await it.get('TF.example.com:8443')).toEqual(found('t0ken.a_b-c=='))
    for (const other of [host, 'a.tf.example.com:8443', 'example.com:8443', 'tf.example.com:443']) {
      expect(await it.get(other)).toEqual(nothing)
    }
    await it.keep('{"token":"m"}', 'xn--mnchen-3ya.example.com:443')
    expect(await it.get('münchen.example.com')).toEqual(found('m'))
  })

  test('is not for http, and not for a path', async () => {
    const it = await holding(
      { ...token, endpoint: parseAddress('http://tf.example.com') },
      { ...token, endpoint: parseAddress(`${at}/team`) },
    )
    expect(await it.get()).toEqual(nothing)
  })

  test("goes before git's, and a logout ends the use of both", async () => {
    const it = await holding(git)
    await it.keep('{"token":"own"}')
    expect(await it.get()).toEqual(found('own'))
    await it.forget()
    expect(await it.get()).toEqual(nothing)
    expect((await it.kept())[0]).toEqual([at, 'alice', 'git', 'basic'])
  })
})

describe("another tool's", () => {
  test('bearer token, or the password of git, which is an access token', async () => {
    expect(await (await holding({ ...token, owner: 'person' })).get()).toEqual(found('t0ken.a_b-c=='))
    expect(await (await holding(git)).get()).toEqual(found('glpat-1'))
  })

  test('is no longer used after a logout, and stays for its owner; a login lifts that', async () => {
    const it = await holding(git)
    await it.forget()
    expect(await it.get()).toEqual(nothing)
    expect((await it.kept())[0]).toEqual([at, 'alice', 'git', 'basic'])
    await it.keep('{"token":"new"}')
    expect(await it.get()).toEqual(found('new'))
  })

  test.each<Partial<Credential>>([
    { kind: 'docker-identity', owner: 'docker' },
    { kind: 'text', owner: 'python' },
    { kind: 'header', owner: 'cargo', scheme: 'Basic' },
    { kind: 'cloud-keys', owner: 'person' },
    { expires: 1 },
  ])('%j is not carried', async (other) => {
    expect(await (await holding({ ...git, ...other })).get()).toEqual(nothing)
  })

  test('several accounts are a failure that names the way out', async () => {
    const it = await holding(git, { ...git, account: 'bob' })
    expect(await it.get()).toEqual(
      failed(
        `credbridge: ${at} has 2 accounts, and nothing says which is meant\nhint: credbridge default ${at} alice\nhint: credbridge default ${at} bob\n`,
      ),
    )
  })
})

describe('what no header carries is refused', () => {
  test.each(['', 'a b', 'a\nb', 'a\r\nX: y', 'ä', 'a\0', '\u2028', '\t'])('when it is found: %j', async (secret) => {
    const it = await holding({ ...git, secret: new Secret(secret) })
    expect(await it.get()).toEqual(
      failed(
        `credbridge: what is stored for ${at} is no token that a header can carry\nhint: credbridge set --kind bearer ${at}\n`,
      ),
    )
  })

  test.each(['', 'a b', 'a\nb', 'ä', '\0'])('when it is stored: %j', async (secret) => {
    const it = await holding(token)
    expect(await it.keep(JSON.stringify({ token: secret }))).toEqual(
      failed('credbridge: the token is empty or has a character that no header can carry\n'),
    )
    expect(await it.get()).toEqual(found('t0ken.a_b-c=='))
  })

  test('a token with another scheme', async () => {
    const it = await holding({ ...token, scheme: 'Token' })
    expect(await it.get()).toEqual(
      failed(`credbridge: terraform cannot send the token for ${at} with another scheme than Bearer\n`),
    )
  })
})

describe('what is no request', () => {
  const notToken = 'credbridge: the credentials are not a JSON object with a token\n'
  test.each([
    ['', notToken],
    ['s3cret', notToken],
    ['"s3cret"', notToken],
    ['[{"token":"s3cret"}]', notToken],
    ['null', notToken],
    ['{"token":7}', notToken],
    ['{"Token":"s3cret"}', notToken],
    ['{"token":"s3cret"}{"token":"b"}', notToken],
    [
      '{"token":"s3cret","refresh":"s3cret"}',
      'credbridge: the credentials have more than a token, which credbridge cannot keep\n',
    ],
    [
      '{"token":"s3cret","__proto__":{}}',
      'credbridge: the credentials have more than a token, which credbridge cannot keep\n',
    ],
  ])('store %j', async (input, stderr) => {
    const it = await holding()
    expect(await it.keep(input)).toEqual(failed(stderr))
    expect(await it.kept()).toEqual([])
  })

  test('store of bytes that are no text, or of too many', async () => {
    const it = await holding()
    expect(await it.keep(Buffer.from('{"token":"\xff"}', 'latin1'))).toMatchObject({ stdout: '', exitCode: 1 })
    expect(await it.keep(`{"token":"${'a'.repeat(1024 * 1024)}"}`)).toMatchObject({ stdout: '', exitCode: 1 })
    expect(await it.kept()).toEqual([])
  })

  test.each([
    'tf.example.com/',
    'alice@tf.example.com',
    'tf.example.com?x',
    'tf.example.com#x',
    'https://tf.example.com',
    'tf.example.com\\@other.example.com',
    'tf.example.com:0',
    'tf.example.com:99999',
    'tf example.com',
    'tf.example.com\n',
    '',
    ':8443',
    '*.example.com',
  ])('the host %j', async (name) => {
    const it = await holding(token)
    for (const words of [
      ['get', name],
      ['forget', name],
    ]) {
      const { stdout, exitCode } = await it.say(terraform, words)
      expect([stdout, exitCode]).toEqual(['', 1])
    }
    expect((await it.keep('{"token":"x"}', name)).exitCode).toBe(1)
    expect(await it.get()).toEqual(found('t0ken.a_b-c=='))
  })

  test.each([
    [[], usage],
    [['get'], usage],
    [['store'], usage],
    [['get', host, 'more'], usage],
    [['list', host], `${command}: unknown verb\n${usage}`],
    [['GET', host], `${command}: unknown verb\n${usage}`],
  ])('the words %j', async (words, stderr) => {
    expect(await (await holding(token)).say(terraform, words)).toEqual(failed(stderr))
  })
})

test('a broken store is never absence', async () => {
  const it = await holding(token)
  for (const ask of [() => it.get(), () => it.keep('{"token":"x"}'), () => it.forget()]) {
    it.store.failOnce(new Failure('locked', 'the keyring is locked'))
    expect(await ask()).toEqual(failed('credbridge: the keyring is locked\n'))
  }
  expect(await it.get()).toEqual(found('t0ken.a_b-c=='))
})
