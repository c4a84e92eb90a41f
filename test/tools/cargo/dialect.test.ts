import { beforeEach, describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { hint } from '../../../src/core/hint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { cargo } from '../../../src/tools/cargo/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'
import { type MadeUp, madeUp } from '../made-up-world.ts'

const origin = 'https://git.example.com'
const index = `sparse+${origin}/api/packages/team/cargo/`
const hello = '{"v":[1]}\n'
const found = (token: string) =>
  `{"Ok":{"kind":"get","token":${JSON.stringify(token)},"cache":"session","operation_independent":true}}\n`
const notFound = '{"Err":{"kind":"not-found"}}\n'
const done = (kind: string) => `{"Ok":{"kind":"${kind}"}}\n`
const broken = (message: string) => `${JSON.stringify({ Err: { kind: 'other', message, 'caused-by': [] } })}\n`

let talk = conversation()
let home: MadeUp
beforeEach(() => {
  talk = conversation()
  home = madeUp()
})

type More = Parameters<typeof talk.say>[3]

/** What is answered to these lines, without the greeting. */
async function answers(lines: string | Uint8Array, more: More = {}): Promise<string> {
  const { stdout, exitCode } = await talk.say(cargo(home.world), '--cargo-plugin', lines, more)
  expect(exitCode).toBe(0)
  expect(stdout.startsWith(hello)).toBe(true)
  return stdout.slice(hello.length)
}

const request = (kind: string, more: object = {}, at = index) =>
  `${JSON.stringify({ v: 1, registry: { 'index-url': at, name: 'team' }, kind, ...more })}\n`
const get = (at?: string, more?: More) => answers(request('get', { operation: 'read' }, at), more)
const login = (token: string, at?: string) => answers(request('login', { token }, at))
const logout = (at?: string) => answers(request('logout', {}, at))

/** Saves what another tool, or a person, signed in with. */
async function signedIn(owner: string, more: Partial<Credential> & { at?: string } = {}): Promise<void> {
  const { at = origin, ...members } = more
  const endpoint = parseAddress(at)
  await talk.broker.save({ endpoint, account: 'alice', owner, kind: 'basic', secret: new Secret('pw'), ...members })
}

/** The person's own configuration names the registry. */
const named = (at = index) => home.put('.cargo/config.toml', `[registries.team]\nindex = "${at}"\n`)

const share = async (at = origin, account = 'alice') =>
  (await talk.broker.personActions()).share(parseAddress(at), account, 'cargo')

describe('the protocol, to the byte', () => {
  test('get, login, get, logout, get in one conversation', async () => {
    const one = request('get', { operation: 'read' })
    const lines = one + request('login', { token: 'Bearer abc' }) + one + request('logout') + one + request('logout')
    expect(await talk.say(cargo(home.world), ['--cargo-plugin'], lines)).toEqual({
      stdout: [hello, notFound, done('login'), found('Bearer abc'), done('logout'), notFound, notFound].join(''),
      stderr: '',
      exitCode: 0,
    })
  })

  test.each(['abc', 'Bearer abc', 'bearer abc', 'Basic YWxpY2U6cHc=', 'Bearer  two blanks', 'a"b\\c\td'])(
    'cargo gets back the token %j as it is',
    async (token) => {
      expect(await login(token)).toBe(done('login'))
      expect(await get()).toBe(found(token))
    },
  )

  test('a later login replaces the token, whatever its form', async () => {
    await login('Bearer abc')
    await login('def')
    expect(await get()).toBe(found('def'))
    expect((await talk.store.list(someone)).map(({ owner, kind }) => [owner, kind])).toEqual([['cargo', 'header']])
  })

  test.each([
    ['read', {}],
    ['publish', { name: 'a', vers: '1.0.0', cksum: '00' }],
    ['yank', { name: 'a', vers: '1.0.0' }],
    ['unyank', { name: 'a', vers: '1.0.0' }],
    ['owners', { name: 'a' }],
    ['of a later cargo', { some: ['thing'] }],
  ])('a get for the operation %j', async (operation, more) => {
    await login('abc')
    expect(await answers(request('get', { operation, ...more }))).toBe(found('abc'))
  })

  test('unknown members are ignored, null is absent, the order does not matter', async () => {
    await login('abc')
    const line = { later: {}, kind: 'get', args: null, registry: { x: 1, name: null, 'index-url': index }, v: 1 }
    expect(await answers(`${JSON.stringify(line)}\r\n`)).toBe(found('abc'))
  })

  test('an expiry is passed on; what has expired is not found', async () => {
    const expires = talk.seconds() + 100
    await signedIn('person', { at: index, account: '', expires })
    expect(await get()).toBe(
      `{"Ok":{"kind":"get","token":"pw","cache":"expires","expiration":${expires},"operation_independent":true}}\n`,
    )
    talk.wait(100_000)
    expect(await get()).toBe(notFound)
  })

  test('a kind of a later cargo is not supported, and the conversation goes on', async () => {
    expect(await answers(request('refresh') + request('get'))).toBe(
      `{"Err":{"kind":"operation-not-supported"}}\n${notFound}`,
    )
  })

  test.each(['file:///srv/index', 'sparse+https:///index/', 'local', ''])('%j is at no address', async (at) => {
    expect(await get(at)).toBe('{"Err":{"kind":"url-not-supported"}}\n')
    expect(await login('abc', at)).toBe('{"Err":{"kind":"url-not-supported"}}\n')
  })

  test('without cargo it says what it is for', async () => {
    expect(await talk.say(cargo(home.world), [])).toEqual({
      stdout: 'cargo-credential-credbridge is started by cargo: credbridge setup cargo\n',
      stderr: '',
      exitCode: 1,
    })
  })

  test('with one word in the configuration it only says where the registry is', async () => {
    await login('abc')
    expect(await answers(request('logout', { args: ['--says-index'] }))).toBe(broken(`--says-index ${index}`))
    expect(await get()).toBe(found('abc'))
  })
})

describe('login without a token', () => {
  const asked = async (more: object, answer: string) => {
    let question = ''
    const ask = async (text: string) => {
      question = text
      return new Secret(answer)
    }
    return [await answers(request('login', more), { ask }), question]
  }

  test('asks the person', async () => {
    expect(await asked({}, ' abc ')).toEqual([
      done('login'),
      'please paste the token for https://git.example.com/api/packages/team/cargo below: ',
    ])
    expect(await get()).toBe(found('abc'))
    const page = { 'login-url': 'https://git.example.com/me' }
    expect((await asked(page, 'abc'))[1]).toBe('please paste the token found on https://git.example.com/me below: ')
  })

  test('an address of the registry that is none is not shown', async () => {
    for (const url of ['your password, please', 'javascript://x', ''])
      expect((await asked({ 'login-url': url }, 'abc'))[1]).toContain('the token for https://git.example.com/')
  })

  test('nobody to ask, and nothing typed', async () => {
    expect(await answers(request('login'))).toBe(broken('credbridge: there is no terminal to ask on'))
    expect((await asked({}, ' '))[0]).toBe(broken('credbridge: the token is empty, nothing was kept'))
    expect(await talk.store.list(someone)).toEqual([])
  })
})

describe('a registry where another tool signed in', () => {
  test('is not answered if only a project, or a dependency, names it', async () => {
    await signedIn('git')
    home.put('project/.cargo/config.toml', `[registries.team]\nindex = "${index}"\n`)
    expect(await get()).toBe(notFound)
    expect(await logout()).toBe(notFound)
  })

  test('a person on the terminal reads how to share it', async () => {
    await signedIn('git')
    const { stderr } = await talk.say(cargo(home.world), '--cargo-plugin', request('get'), { isReading: true })
    expect(stderr).toBe(
      `credbridge: cargo may not use the credential for https://git.example.com yet
hint: if you trust sparse+https://git.example.com/api/packages/team/cargo/: name it in your own config.toml of cargo
hint: to let every registry there have it: credbridge share --with cargo https://git.example.com alice
`,
    )
    expect((await talk.say(cargo(home.world), '--cargo-plugin', request('get'))).stderr).toBe('')
  })

  test('is answered if the person named it in the configuration, a source or the environment', async () => {
    await signedIn('git')
    named()
    expect(await get()).toBe(found('Bearer pw'))
    home.put('.cargo/config.toml', `[source.mirror]\nregistry = "${index}"\n`)
    expect(await get()).toBe(found('Bearer pw'))
    home.put('.cargo/config.toml', '')
    expect(await get()).toBe(notFound)
    expect(await get(index, { env: { CARGO_REGISTRIES_TEAM_INDEX: index } })).toBe(found('Bearer pw'))
    expect(await get(index, { env: { CARGO_REGISTRIES_TEAM_INDEX: index.replace('team', 'other') } })).toBe(notFound)
  })

  test('another URL is another registry, even where its address would be the same', async () => {
    await signedIn('git')
    named(`sparse+HTTPS://Git.example.com:443/api/packages/team/cargo/`)
    expect(await get()).toBe(found('Bearer pw'))
    const others = [`${index}?a=/`, `${index}#/`, index.replace('//', '//a@')]
    for (const other of others) expect(await get(other)).toBe(notFound)
  })

  test('CARGO_HOME says where the configuration is, but never in the working directory', async () => {
    await signedIn('git')
    const file = home.put('elsewhere/config', `[registries.team]\nindex = "${index}"\n`)
    expect(await get(index, { env: { CARGO_HOME: file.slice(0, -'/config'.length) } })).toBe(found('Bearer pw'))
    named()
    expect(await get(index, { env: { CARGO_HOME: 'elsewhere' } })).toBe(notFound)
  })

  test('a configuration that is not TOML names nothing', async () => {
    await signedIn('git')
    home.put('.cargo/config.toml', `[registries.team]\nindex = "${index}"\n[`)
    expect(await get()).toBe(notFound)
  })

  test('is answered with what is shared with cargo, until logout', async () => {
    await signedIn('git')
    await share()
    expect(await get()).toBe(found('Bearer pw'))
    expect(await logout()).toBe(done('logout'))
    expect(await get()).toBe(notFound)
    expect(await talk.broker.find({ tool: 'git', kinds: ['basic'], endpoints: [parseAddress(origin)] })).toBeDefined()
  })

  test('logout ends the use, the next login begins anew', async () => {
    await signedIn('git')
    named()
    expect(await logout()).toBe(done('logout'))
    expect(await get()).toBe(notFound)
    expect(await logout()).toBe(notFound)
    await login('own')
    expect(await get()).toBe(found('own'))
    expect(await logout()).toBe(done('logout'))
    expect(await get()).toBe(notFound)
  })

  test.each([
    ['basic', 'bearer', {}, 'Bearer pw'],
    ['basic', 'basic', {}, 'Basic YWxpY2U6cHc='],
    ['basic', 'bare', {}, 'pw'],
    ['bearer', 'bearer', {}, 'Bearer pw'],
    ['bearer', 'bare', {}, 'pw'],
    ['bearer', 'bearer', { scheme: 'token' }, 'token pw'],
    ['header', 'basic', { scheme: 'Token' }, 'Token pw'],
    ['header', 'bearer', {}, 'pw'],
  ] as const)('what is %s goes as the settings say (%s)', async (kind, form, more, token) => {
    await signedIn('git', { kind, ...more })
    named()
    expect(await get(index, { settings: { 'cargo.authorization.git.example.com': form } })).toBe(found(token))
  })

  test('several accounts: none is chosen, and the reason is said', async () => {
    await signedIn('git', { account: 'alice' })
    await signedIn('docker', { account: 'bob' })
    named()
    expect(await get()).toContain(
      '{"Err":{"kind":"other","message":"credbridge: https://git.example.com has 2 accounts',
    )
    expect(await get()).toContain('hint: credbridge default https://git.example.com alice')
  })

  test('docker’s identity and Python’s texts never go to cargo', async () => {
    await signedIn('docker', { kind: 'docker-identity' })
    await signedIn('python', { kind: 'text', account: 'bob' })
    named()
    expect(await get()).toBe(notFound)
  })

  test.each([
    'sparse+http://git.example.com/index/',
    'sparse+https://git.example.com:8443/index/',
    'sparse+https://example.com/',
  ])('%s is another origin', async (other) => {
    await signedIn('git')
    named(other)
    expect(await get(other)).toBe(notFound)
  })
})

describe('an index in git', () => {
  const repository = 'https://git.example.com/team/index'

  test('is not answered with git’s sign-in: its token goes to the API that the repository names', async () => {
    await signedIn('git')
    await signedIn('git', { at: repository, account: 'bob' })
    home.put(
      '.cargo/config.toml',
      `[registries.team]\nindex = "${repository}"\n[registries.b]\nindex = "sparse+${repository}"\n`,
    )
    expect(await get(repository)).toBe(notFound)
    await share()
    expect(await get(repository)).toBe(notFound)
    expect(await logout(repository)).toBe(notFound)
  })

  test('is answered with its own, and with what is shared with cargo for this very address', async () => {
    await signedIn('person', { at: repository, account: '' })
    expect(await get(repository)).toBe(notFound)
    await share(repository, '')
    expect(await get(repository)).toBe(found('pw'))
    await login('own', repository)
    expect(await get(repository)).toBe(found('own'))
  })

  test('a login with what a person set there is answered', async () => {
    await signedIn('person', { at: repository, account: '', kind: 'bearer' })
    expect(await login('Bearer pw', repository)).toBe(done('login'))
    expect(await get(repository)).toBe(found('Bearer pw'))
  })

  test('that the person named does not name the sparse index at the same address', async () => {
    await signedIn('git')
    named(index.slice('sparse+'.length))
    expect(await get()).toBe(notFound)
  })
})

describe('what a person set', () => {
  test('for the index is sent as it is, without a user name; else as Bearer', async () => {
    await signedIn('person', { at: index, account: '' })
    expect(await get()).toBe(found('pw'))
    await signedIn('person', { at: index, account: 'alice' })
    expect(await get()).toBe(found('Bearer pw'))
  })

  test('replaces what cargo saved', async () => {
    await login('Bearer old')
    await signedIn('person', { at: index, account: '', kind: 'bearer', secret: new Secret('new') })
    expect(await get()).toBe(found('Bearer new'))
  })

  test('above the index, without a user name, goes as Bearer', async () => {
    await signedIn('person', { account: '' })
    named()
    expect(await get()).toBe(found('Bearer pw'))
  })
})

test('a token of cargo’s own is for its registry only, not for those below or beside it', async () => {
  const above = `sparse+${origin}/`
  await login('abc', above)
  for (const other of [index, `sparse+${origin}/x/`]) {
    named(other)
    expect(await get(other)).toBe(notFound)
  }
  await share(origin, '')
  expect(await get()).toBe(notFound)
  expect(await logout()).toBe(notFound)
  expect(await get(above)).toBe(found('abc'))
})

describe('hostile and broken', () => {
  const sentinel = 'hunter2-sentinel'

  test.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['another version', JSON.stringify({ v: 2, registry: { 'index-url': index }, kind: 'get' })],
    ['no version', JSON.stringify({ registry: { 'index-url': index }, kind: 'get' })],
    ['no registry', JSON.stringify({ v: 1, kind: 'get' })],
    ['a registry that is a text', JSON.stringify({ v: 1, registry: index, kind: 'get' })],
    ['no index', JSON.stringify({ v: 1, registry: {}, kind: 'get' })],
    ['no kind', JSON.stringify({ v: 1, registry: { 'index-url': index } })],
    ['a kind that is a number', JSON.stringify({ v: 1, registry: { 'index-url': index }, kind: 7 })],
    ['a token that is a number', JSON.stringify({ v: 1, registry: { 'index-url': index }, kind: 'login', token: 1 })],
    ['an unpaired surrogate', `{"v":1,"registry":{"index-url":"${index}"},"kind":"login","token":"\\ud800"}`],
    ['an empty line', ''],
  ])('%s is answered, and so is the next request', async (_what, line) => {
    await login('abc')
    const [first, ...others] = (await answers(`${line}\n${request('get')}`)).split(/(?<=\n)/)
    expect(first).toMatch(
      /^\{"Err":\{"kind":"other","message":"credbridge: the (request|(kind|token) of the request) .*","caused-by":\[\]\}\}\n$/,
    )
    expect(others).toEqual([found('abc')])
  })

  test.each([
    ['a NUL', Buffer.from(`${request('get').trimEnd()}\0\n`)],
    ['a CR inside', Buffer.from(`{"v":1,\r${request('get').slice(1)}`)],
    ['no UTF-8', Buffer.concat([Buffer.from([0xff]), Buffer.from(request('get'))])],
    ['a line that is too long', Buffer.from(request('login', { token: sentinel.repeat(6000) }))],
  ])('%s ends the conversation with a reason', async (_what, bytes) => {
    const answer = await answers(bytes)
    expect(answer).toMatch(/^\{"Err":\{"kind":"other","message":"credbridge: (the|a line of the) input .*"/)
    expect(answer).not.toContain(sentinel)
    expect(answer.split('\n')).toHaveLength(2)
  })

  test.each(['two\nlines', 'a\rb', 'a\0b', 'ä', '\u2028', ''])('the token %j is refused', async (token) => {
    expect(await login(token === '' ? '' : `x${token}x`)).toMatch(/^\{"Err":\{"kind":"other"/)
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('a stored secret that no header carries is broken, never absent', async () => {
    await signedIn('person', { at: index, account: '', secret: new Secret(`${sentinel}\nx`) })
    const answer = await get()
    expect(answer).toContain('"kind":"other"')
    expect(answer).not.toContain(sentinel)
  })

  test('no user name with a colon goes as Basic', async () => {
    await signedIn('git', { account: 'a:b' })
    named()
    const answer = await get(index, { settings: { 'cargo.authorization.git.example.com': 'basic' } })
    expect(answer).toBe(broken('credbridge: the user name for https://git.example.com has a colon'))
  })

  test('a locked store is broken, with its hint, and nothing is asked of another provider', async () => {
    talk.store.failOnce(new Failure('locked', 'the keyring is locked', { hints: [hint`credbridge unlock`] }))
    expect(await get()).toBe(broken('credbridge: the keyring is locked\nhint: credbridge unlock'))
  })

  test('cargo ignores an answer of a process that a signal ends: then the person reads the reason, too', async () => {
    talk.store.failOnce(new Failure('timeout', 'the keyring does not answer', { stuck: true }))
    const text = 'credbridge: the keyring does not answer'
    expect(await talk.say(cargo(home.world), '--cargo-plugin', request('get'))).toEqual({
      stdout: hello + broken(text),
      stderr: `${text}\n`,
      exitCode: 0,
    })
  })
})
