import { beforeEach, describe, expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { git } from '../../../src/tools/git/dialect.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

/* git sends no user name that is empty: a token that has none gets one that servers take. */

let talk = conversation()
beforeEach(() => {
  talk = conversation({ tokenUser: 'usual' })
})

const hostless = (more: Partial<Credential> = {}): Credential => ({
  endpoint: parseAddress('https://git.example.com'),
  account: '',
  owner: 'person',
  kind: 'basic',
  secret: new Secret('TOK'),
  ...more,
})
const at = (host: string, more = '') => `protocol=https\nhost=${host}\n${more}`
const get = async (input: string) => (await talk.say(git, 'get', input)).stdout
const kept = async () =>
  (await talk.store.list(someone)).map(({ owner, account, kind }) => `${owner} ${account} ${kind}`)

describe.each(['basic', 'bearer'] as const)('a token of kind %s', (kind) => {
  test.each([
    ['git.example.com', 'usual'],
    ['git.example.com:8443', 'usual'],
    ['dev.azure.com', 'usual'],
    ['github.com', 'x-access-token'],
    ['gitlab.com', 'oauth2'],
    ['bitbucket.org', 'x-token-auth'],
    ['evilgithub.com', 'usual'],
    ['github.com.example.com', 'usual'],
  ])('goes to %s with the user name %s', async (host, user) => {
    await talk.broker.save(hostless({ endpoint: parseAddress(`https://${host}`), kind }))
    expect(await get(at(host))).toBe(`username=${user}\npassword=TOK\n`)
    expect(await get(at(host, `username=${user}\n`))).toBe(`username=${user}\npassword=TOK\n`)
    expect(await get(at(host, 'username=alice\n'))).toBe('')
  })

  test('with a user name is sent with that name', async () => {
    await talk.broker.save(hostless({ account: 'alice', kind }))
    expect(await get(at('git.example.com'))).toBe('username=alice\npassword=TOK\n')
    expect(await get(at('git.example.com', 'username=usual\n'))).toBe('')
  })

  test('is not saved again when git stores it back', async () => {
    await talk.broker.save(hostless({ kind }))
    await talk.say(git, 'store', at('git.example.com', 'username=usual\npassword=TOK\n'))
    expect(await kept()).toEqual([`person  ${kind}`])
    await talk.broker.save(hostless({ kind, secret: new Secret('NEW') }))
    await talk.say(git, 'store', at('git.example.com', 'username=usual\npassword=TOK\n'))
    expect(await get(at('git.example.com'))).toBe('username=usual\npassword=NEW\n')
  })

  test('is not offered again after git erased it, until it is restored', async () => {
    await talk.broker.save(hostless({ kind }))
    await talk.say(git, 'erase', at('git.example.com', 'username=usual\npassword=TOK\n'))
    expect(await get(at('git.example.com'))).toBe('')
    expect(await get(at('git.example.com', 'username=usual\n'))).toBe('')
    await (await talk.broker.restorable()).resume(parseAddress('https://git.example.com'))
    expect(await get(at('git.example.com'))).toBe('username=usual\npassword=TOK\n')
  })

  test('comes after a credential that git saved itself', async () => {
    await talk.say(git, 'store', at('git.example.com', 'username=alice\npassword=a\n'))
    await talk.store.save(someone, hostless({ kind }))
    expect(await get(at('git.example.com'))).toBe('username=alice\npassword=a\n')
  })
})

describe('a client that understands authtype', () => {
  const capable = (host: string) => `capability[]=authtype\n${at(host)}`

  test('gets a bearer token as such, except where the provider requires a user name', async () => {
    await talk.broker.save(hostless({ kind: 'bearer' }))
    expect(await get(capable('git.example.com'))).toBe('capability[]=authtype\nauthtype=Bearer\ncredential=TOK\n')
    await talk.broker.save(hostless({ kind: 'bearer', endpoint: parseAddress('https://github.com') }))
    expect(await get(capable('github.com'))).toBe('username=x-access-token\npassword=TOK\n')
  })

  test('gets what git saved unchanged; other clients do not get it', async () => {
    const stored = 'capability[]=authtype\nauthtype=Bearer\ncredential=c\n'
    await talk.say(git, 'store', `${at('github.com')}${stored}`)
    expect(await get(capable('github.com'))).toBe(stored)
    expect(await get(at('github.com'))).toBe('')
  })
})

test.each([
  ['ssh://git.example.com', 'protocol=ssh\nhost=git.example.com\n'],
  ['cert:///p/c.pem', 'protocol=cert\nhost=\npath=p/c.pem\n'],
])('at %s there is no user name that stands for none', async (endpoint, request) => {
  await talk.broker.save(hostless({ endpoint: parseAddress(endpoint) }))
  expect(await get(request)).toBe('username=\npassword=TOK\n')
})

test('an empty user name that git stored itself stays empty', async () => {
  await talk.say(git, 'store', at('git.example.com', 'username=\npassword=\n'))
  expect(await get(at('git.example.com'))).toBe('username=\npassword=\n')
})

test('several accounts without a default: git gets no answer, the person on a terminal reads why', async () => {
  for (const [owner, account] of [
    ['docker', 'alice'],
    ['cargo', 'bob'],
  ] as const) {
    await talk.store.save(someone, hostless({ owner, account }))
  }
  expect(await talk.say(git, 'get', at('git.example.com'))).toEqual({ stdout: '', stderr: '', exitCode: 0 })
  expect(await talk.say(git, 'get', at('git.example.com'), { isReading: true })).toEqual({
    stdout: '',
    stderr: [
      'credbridge: https://git.example.com has 2 accounts, and nothing says which is meant\n',
      'hint: credbridge default https://git.example.com alice\n',
      'hint: credbridge default https://git.example.com bob\n',
    ].join(''),
    exitCode: 0,
  })
})

describe('a value that cannot be sent to git', () => {
  test.each(['line 1\nline 2', 'with\rreturn', 'ends with\r', 'NUL\0here'])(
    '%j is malformed, nothing is printed',
    async (secret) => {
      await talk.store.save(someone, hostless({ account: 'alice', secret: new Secret(secret) }))
      expect(await talk.say(git, 'get', at('git.example.com'))).toEqual({
        stdout: '',
        stderr: [
          'credbridge: the stored value has a line break or a NUL, which cannot be sent to git\n',
          'hint: to replace it: credbridge set https://git.example.com alice\n',
        ].join(''),
        exitCode: 1,
      })
    },
  )

  test('is refused as a user name, too', async () => {
    await talk.store.save(someone, hostless({ account: 'al\rice' }))
    expect(await talk.say(git, 'get', at('git.example.com'))).toMatchObject({ stdout: '', exitCode: 1 })
  })
})

describe('an expired borrowed credential', () => {
  const stale = hostless({ account: 'alice', expires: 1 })

  test('is sent with its refresh token and user name, never with its secret', async () => {
    await talk.store.save(someone, { ...stale, refreshToken: new Secret('REFRESH') })
    expect(await get(at('git.example.com'))).toBe('username=alice\noauth_refresh_token=REFRESH\n')
  })

  test('without a refresh token is absent', async () => {
    await talk.store.save(someone, stale)
    expect(await get(at('git.example.com'))).toBe('')
  })

  test('comes after a valid one of another owner', async () => {
    await talk.store.save(someone, { ...stale, refreshToken: new Secret('REFRESH') })
    await talk.store.save(someone, hostless({ owner: 'docker', account: 'alice', secret: new Secret('fresh') }))
    expect(await get(at('git.example.com'))).toBe('username=alice\npassword=fresh\n')
  })
})
