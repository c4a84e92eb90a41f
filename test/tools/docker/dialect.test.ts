import { beforeEach, describe, expect, test } from 'vitest'
import { type Credential, kinds as everyKind } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { containersDialect, dockerDialect } from '../../../src/tools/docker/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

const docker = dockerDialect('1.2.3')
const containers = containersDialect('1.2.3')
let talk = conversation()
beforeEach(() => {
  talk = conversation()
})

const out = (stdout: string, exitCode = 0) => ({ stdout, stderr: '', exitCode })
/** An error is said on both streams. */
const wrong = (line: string) => ({ stdout: line, stderr: line, exitCode: 1 })
const notFound = out('credentials not found in native keychain\n', 1)
const done = out('')
const usage = 'Usage: docker-credential-credbridge <store|get|erase|list|version>\n'
const login = (ServerURL: string, Username = 'alice', secret = 's3cret') =>
  talk.say(docker, 'store', `${JSON.stringify({ ServerURL, Username, Secret: secret })}\n`)
const get = (server: string) => talk.say(docker, 'get', server)
const list = async () => (await talk.say(docker, 'list', 'unused')).stdout
const credential = (owner: string, account: string, secret: string, more: Partial<Credential> = {}): Credential => ({
  endpoint: parseAddress('https://registry.example.com'),
  account,
  owner,
  kind: 'basic',
  secret: new Secret(secret),
  ...more,
})

describe('the verbs, to the byte', () => {
  test('store, get, list, erase', async () => {
    expect(await login('registry.example.com')).toEqual(done)
    expect(await get('registry.example.com')).toEqual(
      out('{"ServerURL":"registry.example.com","Username":"alice","Secret":"s3cret"}\n'),
    )
    expect(await talk.say(docker, 'list', 'unused')).toEqual(out('{"registry.example.com":"alice"}\n'))
    expect(await talk.say(docker, 'erase', 'registry.example.com')).toEqual(done)
    expect(await get('registry.example.com')).toEqual(notFound)
    expect(await talk.say(docker, 'list', 'unused')).toEqual(out('{}\n'))
  })

  test('an empty store: get is not found, erase succeeds, list is empty', async () => {
    expect(await get('registry.example.com')).toEqual(notFound)
    expect(await talk.say(docker, 'erase', 'registry.example.com')).toEqual(done)
    expect(await talk.say(docker, 'list', 'unused')).toEqual(out('{}\n'))
  })

  test('the answer repeats the spelling of the server', async () => {
    await login('registry.example.com')
    const { stdout } = await get('https://REGISTRY.example.com/v2/\n')
    expect(JSON.parse(stdout)).toMatchObject({ ServerURL: 'https://REGISTRY.example.com/v2/' })
  })

  test('any text is a secret, the empty one too', async () => {
    for (const secret of ['', ' \n\r\0"\\<&>', '\u{1f511}', 'x'.repeat(100_000)]) {
      await login('registry.example.com', 'alice', secret)
      expect(JSON.parse((await get('registry.example.com')).stdout)).toMatchObject({ Secret: secret })
    }
  })

  test.each(['version', '--version', '-v'])('%s', async (word) => {
    expect(await talk.say(docker, word)).toEqual(out('docker-credential-credbridge (credbridge) 1.2.3\n'))
  })

  test.each(['--help', '-h'])('%s', async (word) => {
    expect(await talk.say(docker, word)).toEqual(out(usage))
  })

  test.each([[[]], [['get', 'registry.example.com']], [['version', 'x']]])(
    'the arguments %j are not a verb',
    async (words) => {
      expect(await talk.say(docker, words)).toEqual(out(usage, 1))
    },
  )

  test('an unknown verb', async () => {
    expect(await talk.say(docker, 'ge\u001bt')).toEqual(out('docker-credential-credbridge: unknown action: ge?t\n', 1))
  })
})

describe('an identity token', () => {
  test('comes back with its mark, escaped as Go does', async () => {
    await login('registry.example.com', '<token>', 'id')
    expect(await get('registry.example.com')).toEqual(
      out('{"ServerURL":"registry.example.com","Username":"\\u003ctoken\\u003e","Secret":"id"}\n'),
    )
    expect(await list()).toBe('{"registry.example.com":"\\u003ctoken\\u003e"}\n')
    expect(await talk.store.list(someone)).toMatchObject([{ kind: 'docker-identity', owner: 'docker' }])
  })

  test("another owner's password under that user name is not mistaken for one", async () => {
    await talk.broker.save(credential('git', '<token>', 'password'))
    const { stdout, exitCode } = await get('registry.example.com')
    expect([stdout, exitCode]).toEqual([
      'credbridge: docker would mistake the user name at https://registry.example.com for the mark of a token\n',
      1,
    ])
  })
})

describe('one login for each server', () => {
  test('the next user replaces the one before', async () => {
    await login('registry.example.com', 'alice', 'a')
    await login('registry.example.com', 'bob', 'b')
    await login('registry.example.com', 'alice', 'a')
    expect((await talk.store.list(someone)).map(({ account }) => account)).toEqual(['alice'])
    await login('registry.example.com', '<token>', 'id')
    expect(await list()).toBe('{"registry.example.com":"\\u003ctoken\\u003e"}\n')
  })

  test('also after a login was interrupted between the two', async () => {
    for (const account of ['bob', 'alice']) await talk.store.save(someone, credential('docker', account, account))
    expect(JSON.parse((await get('registry.example.com')).stdout)).toMatchObject({ Username: 'alice' })
    expect(await list()).toBe('{"registry.example.com":"alice"}\n')
  })
})

describe('Docker Hub', () => {
  const spellings = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'https://index.docker.io/v1/']

  test.each(spellings)('stored as %s, it is found in every spelling and listed in that of docker', async (server) => {
    await login(server)
    for (const asked of spellings) expect((await get(asked)).exitCode).toBe(0)
    expect(await list()).toBe('{"https://index.docker.io/v1/":"alice"}\n')
    await talk.say(docker, 'erase', 'docker.io')
    expect(await get(server)).toEqual(notFound)
  })

  test('the tokens of a web login are separate entries', async () => {
    const tokens = ['https://index.docker.io/v1/access-token', 'https://index.docker.io/v1/refresh-token']
    for (const token of tokens) await login(token, 'alice', token)
    expect(await get('docker.io')).toEqual(notFound)
    for (const token of tokens) expect(JSON.parse((await get(token)).stdout)).toMatchObject({ Secret: token })
    expect(Object.keys(JSON.parse(await list()))).toEqual(tokens)
    await talk.say(docker, 'erase', tokens[0])
    expect(Object.keys(JSON.parse(await list()))).toEqual([tokens[1]])
  })
})

describe('a list in the spelling of its clients', () => {
  const listed = async (dialect = docker) => JSON.parse((await talk.say(dialect, 'list', 'unused')).stdout)

  test.each([
    ['r.example.com', 'r.example.com', 'r.example.com'],
    ['R.example.com:443', 'R.example.com:443', 'R.example.com:443'],
    ['https://r.example.com', 'https://r.example.com', 'r.example.com'],
    ['https://r.example.com:5000/v2/', 'https://r.example.com:5000/v2/', 'r.example.com:5000'],
    ['[::1]:5000', '[::1]:5000', '[::1]:5000'],
    ['//r.example.com:5000', 'r.example.com:5000', 'r.example.com:5000'],
    ['docker.io', 'https://index.docker.io/v1/', 'docker.io'],
    ['https://index.docker.io/v1/', 'https://index.docker.io/v1/', 'docker.io'],
    ['https://index.docker.io/v1/access-token', 'https://index.docker.io/v1/access-token', undefined],
    ['http://r.example.com', 'http://r.example.com', undefined],
    ['r.example.com/team', 'r.example.com/team', undefined],
  ])('%s', async (stored, dockers, podmans) => {
    await login(stored)
    expect(await listed()).toEqual({ [dockers]: 'alice' })
    expect(await listed(containers)).toEqual(podmans === undefined ? {} : { [podmans]: 'alice' })
    if (podmans !== undefined) expect((await talk.say(containers, 'get', podmans)).exitCode).toBe(0)
  })

  test('the spelling of the last login counts, and changes nothing else', async () => {
    await login('r.example.com:443')
    await login('r.example.com')
    expect(await listed()).toEqual({ 'r.example.com': 'alice' })
    await login('r.example.com:443')
    expect(await listed()).toEqual({ 'r.example.com:443': 'alice' })
    expect(JSON.parse((await get('r.example.com')).stdout)).toMatchObject({ Username: 'alice', Secret: 's3cret' })
  })

  test("another tool's item is listed in the usual spelling", async () => {
    await talk.broker.save(credential('git', 'alice', 'g', { spelling: 'REGISTRY.example.com' }))
    await (await talk.broker.personActions()).share(parseAddress('https://registry.example.com'), 'alice', 'docker')
    expect(await listed()).toEqual({ 'registry.example.com': 'alice' })
  })

  test('the second command has its own name', async () => {
    const { stdout } = await talk.say(containers, 'version')
    expect(stdout).toBe('docker-credential-credbridge-containers (credbridge) 1.2.3\n')
    expect((await talk.say(containers, 'x')).stdout).toBe(
      'docker-credential-credbridge-containers: unknown action: x\n',
    )
  })
})

describe('endpoints', () => {
  test('http is a separate endpoint', async () => {
    await login('http://registry.example.com', 'plain', 'p')
    expect(await get('registry.example.com')).toEqual(notFound)
    await login('registry.example.com', 'alice')
    expect(JSON.parse((await get('http://registry.example.com')).stdout)).toMatchObject({ Username: 'plain' })
    expect(await list()).toBe('{"http://registry.example.com":"plain","registry.example.com":"alice"}\n')
  })

  test('a whole repository is not found, its host is', async () => {
    await login('registry.example.com')
    expect(await get('registry.example.com/proj/img')).toEqual(notFound)
    await login('registry.example.com/proj/img', 'bob', 'b')
    expect(JSON.parse((await get('registry.example.com/proj/img')).stdout)).toMatchObject({ Username: 'bob' })
    expect(JSON.parse((await get('registry.example.com')).stdout)).toMatchObject({ Username: 'alice' })
  })

  test('logout as docker does it: four spellings, each of them done', async () => {
    await login('registry.example.com')
    for (const server of ['registry.example.com', 'http://registry.example.com', 'https://registry.example.com']) {
      expect(await talk.say(docker, 'erase', server)).toEqual(done)
    }
    expect(await get('registry.example.com')).toEqual(notFound)
  })
})

describe('bad input', () => {
  const bad = (verb: string, input: string | Uint8Array) => talk.say(docker, verb, input)

  test.each(['get', 'erase'])('%s of an empty server', async (verb) => {
    for (const input of ['', '\n', '\r\n', ' \t ']) {
      expect(await bad(verb, input)).toEqual(out('no credentials server URL\n', 1))
    }
  })

  test.each([
    ['no credentials server URL\n', '{"ServerURL":"","Username":"u","Secret":"s"}'],
    ['no credentials server URL\n', '{"Username":"u","Secret":"s"}'],
    ['no credentials username\n', '{"ServerURL":"h","Username":"","Secret":"s"}'],
    ['no credentials username\n', '{"ServerURL":"h","Secret":"s"}'],
    ['credbridge: the credentials have no Secret\n', '{"ServerURL":"h","Username":"u"}'],
    ['credbridge: the credentials are not a JSON object\n', ''],
    ['credbridge: the credentials are not a JSON object\n', '{"ServerURL":"h","Username":"u","Secret":"s'],
    ['credbridge: the Secret of the credentials is not a text\n', '{"ServerURL":"h","Username":"u","Secret":["s"]}'],
    ['credbridge: the credentials have Secret twice\n', '{"ServerURL":"h","Username":"u","Secret":"s","SECRET":"t"}'],
    [
      'credbridge: the Secret of the credentials is not a text\n',
      '{"ServerURL":"h","Username":"u","Secret":"\\ud800"}',
    ],
    [
      'credbridge: the Username of the credentials is not a text\n',
      '{"ServerURL":"h","Username":"\\udc00","Secret":"s"}',
    ],
    [/^credbridge: not a usable server address: .*\n$/, '{"ServerURL":"h\\r","Username":"u","Secret":"s"}'],
    [/^credbridge: not a usable server address: .*\n$/, '{"ServerURL":"h\\u0000","Username":"u","Secret":"s"}'],
    [
      /^credbridge: not a usable server address: .*\n$/,
      `{"ServerURL":"${'h'.repeat(1e6)}","Username":"u","Secret":"s"}`,
    ],
    [/^credbridge: not a usable endpoint: .*\n$/, '{"ServerURL":"https://","Username":"u","Secret":"s"}'],
    ['credbridge: the input is not valid UTF-8\n', Buffer.from('7b22ff227d', 'hex')],
  ])('store says %j, and nothing is stored or lost', async (stdout, input) => {
    await login('h', 'alice', 'before')
    const before = await talk.store.list(someone)
    const said = await bad('store', input)
    expect(said).toEqual({
      stdout: typeof stdout === 'string' ? stdout : expect.stringMatching(stdout),
      stderr: said.stdout.startsWith('credbridge: ') ? said.stdout : '',
      exitCode: 1,
    })
    expect(await talk.store.list(someone)).toEqual(before)
    expect(JSON.parse((await get('h')).stdout)).toMatchObject({ Username: 'alice', Secret: 'before' })
  })

  test.each(['h\r', 'h\0', 'h\nh', 'alice@h', 'ftp://h', 'h'.repeat(5000)])(
    '%j answers and removes nothing',
    async (input) => {
      await login('h')
      for (const verb of ['get', 'erase']) {
        const { stdout, exitCode } = await bad(verb, input)
        expect(stdout).toMatch(/^credbridge: not a usable server address: [^\n]*\n$/)
        expect(exitCode).toBe(1)
      }
      expect(await list()).toBe('{"h":"alice"}\n')
    },
  )

  test('invalid UTF-8', async () => {
    expect(await bad('get', Buffer.from([0x68, 0xff]))).toEqual(wrong('credbridge: the input is not valid UTF-8\n'))
  })
})

describe('a failure of the store', () => {
  test.each(['get', 'store', 'erase', 'list'])(
    '%s: one sentence on both streams, what to do on stderr, exit 1',
    async (verb) => {
      const input = verb === 'store' ? '{"ServerURL":"h","Username":"u","Secret":"s"}' : 'h'
      talk.store.failOnce(new Failure('locked', 'the keyring is locked', { hints: [hint`unlock it`, hint`or do not`] }))
      expect(await talk.say(docker, verb, input)).toEqual({
        stdout: 'credbridge: the keyring is locked\n',
        stderr: `credbridge: the keyring is locked\nhint: unlock it\nhint: or do not\n${looks.includes(verb) ? anonymously : ''}`,
        exitCode: 1,
      })
    },
  )

  const looks = ['get', 'list']
  const anonymously = 'hint: to go on without a sign-in: docker.when-locked = "anonymous" in config.toml\n'

  test.each([
    ['get', notFound],
    ['list', out('{}\n')],
  ])('%s of what is locked, where a person has said so: nothing is there, and it is said', async (verb, nothing) => {
    for (const dialect of [docker, containers]) {
      await login('h')
      talk.store.failOnce(new Failure('locked', 'the keyring is locked'))
      expect(await talk.say(dialect, verb, 'h', { settings: { 'docker.when-locked': 'anonymous' } })).toEqual({
        ...nothing,
        stderr: 'credbridge: the keyring is locked; going on without a sign-in (docker.when-locked = "anonymous")\n',
      })
    }
  })

  test.each(['store', 'erase'])('%s into what is locked fails also then', async (verb) => {
    talk.store.failOnce(new Failure('locked', 'the keyring is locked'))
    const input = verb === 'store' ? '{"ServerURL":"h","Username":"u","Secret":"s"}' : 'h'
    const settings = { 'docker.when-locked': 'anonymous' }
    expect((await talk.say(docker, verb, input, { settings })).exitCode).toBe(1)
  })

  test('no other failure counts as absent', async () => {
    talk.store.failOnce(new Failure('unavailable', 'there is no keyring'))
    const settings = { 'docker.when-locked': 'anonymous' }
    expect((await talk.say(docker, 'get', 'h', { settings })).stdout).toBe('credbridge: there is no keyring\n')
  })

  test('several borrowed accounts: the client goes on without one, the person reads why', async () => {
    await talk.broker.save(credential('git', 'alice', 'a'))
    await talk.broker.save(credential('cargo', 'bob', 'b'))
    expect(await get('registry.example.com')).toEqual({
      stdout: notFound.stdout,
      stderr: [
        'credbridge: https://registry.example.com has 2 accounts, and nothing says which is meant\n',
        'hint: credbridge default https://registry.example.com alice\n',
        'hint: credbridge default https://registry.example.com bob\n',
      ].join(''),
      exitCode: 1,
    })
  })
})

test.each(everyKind)('of the kinds, %s', async (kind) => {
  await talk.broker.save(credential('git', 'alice', 's', { kind }))
  expect((await get('registry.example.com')).exitCode).toBe(kind === 'basic' ? 0 : 1)
})
