import { inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { serviceName } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { Credentials, type TokenStore, tokenStoreOver } from '../../src/library/flyte.ts'
import { type Passwords, passwordsOver } from '../../src/library/passwords.ts'
import { conversation as backendConversation } from '../../src/tools/python/conversation.ts'
import { conversationWord } from '../../src/tools/python/conversation-word.ts'
import { keyring } from '../../src/tools/python/dialect.ts'
import { someone } from '../asker.ts'
import { opened } from './opened.ts'

let talk: ReturnType<typeof opened>
let passwords: Passwords
let tokens: TokenStore

beforeEach(() => {
  talk = opened()
  passwords = passwordsOver(talk.open)
  tokens = tokenStoreOver(passwords, talk.open, () => talk.seconds() * 1000)
})

const endpoint = 'flyte.example.com:443'

describe("flytekit's token store", () => {
  test('three bare items, and one of our own beside them', async () => {
    await tokens.store({
      accessToken: 'aaa',
      refreshToken: 'rrr',
      idToken: 'iii',
      forEndpoint: endpoint,
      expiresIn: 3600,
    })
    const items = await talk.store.find(someone, [serviceName(endpoint)])
    const seen = items.map((item) => [item.owner, item.kind, item.account, 'secret' in item && item.secret.expose()])
    expect(seen.sort()).toEqual([
      ['python', 'text', 'access_token', 'aaa'],
      ['python', 'text', 'id_token', 'iii'],
      ['python', 'text', 'refresh_token', 'rrr'],
    ])
    expect(await talk.store.list(someone)).toHaveLength(4)
    expect(await passwords.getCredential('flyte-expiry')).toBeUndefined()
  })

  test('what is retrieved, with the time that is left', async () => {
    const stored = await tokens.store(
      new Credentials({ accessToken: 'aaa', refreshToken: 'rrr', forEndpoint: endpoint }),
    )
    expect(stored).toEqual(new Credentials({ accessToken: 'aaa', refreshToken: 'rrr', forEndpoint: endpoint }))
    expect(await tokens.retrieve(endpoint)).toEqual(
      new Credentials({ accessToken: 'aaa', refreshToken: 'rrr', forEndpoint: endpoint, expiresIn: undefined }),
    )
    await tokens.store({ accessToken: 'bbb', forEndpoint: endpoint, expiresIn: 3600 })
    talk.wait(600_000)
    expect(await tokens.retrieve(endpoint)).toMatchObject({ accessToken: 'bbb', refreshToken: 'rrr', expiresIn: 3000 })
    talk.wait(3_600_000)
    expect(await tokens.retrieve(endpoint)).toMatchObject({ accessToken: 'bbb', expiresIn: 0 })
  })

  test('the time is that of the token that it came with', async () => {
    await tokens.store({ accessToken: 'aaa', forEndpoint: endpoint, expiresIn: 3600 })
    await passwords.setPassword(endpoint, 'access_token', 'written by flytekit')
    expect((await tokens.retrieve(endpoint))?.expiresIn).toBeUndefined()
  })

  test('only an id token', async () => {
    await tokens.store({ accessToken: '', idToken: 'iii', forEndpoint: endpoint })
    expect(await tokens.retrieve(endpoint)).toMatchObject({ accessToken: '', idToken: 'iii' })
  })

  test('neither access nor id token is nothing', async () => {
    expect(await tokens.retrieve(endpoint)).toBeUndefined()
    await passwords.setPassword(endpoint, 'refresh_token', 'rrr')
    expect(await tokens.retrieve(endpoint)).toBeUndefined()
  })

  test('an endpoint that is not named', async () => {
    await tokens.store({ accessToken: 'aaa' })
    expect(await passwords.getPassword('flyte-default', 'access_token')).toBe('aaa')
  })

  test('delete forgets all, also where there is nothing', async () => {
    await tokens.delete(endpoint)
    await tokens.store({ accessToken: 'aaa', refreshToken: 'rrr', forEndpoint: endpoint, expiresIn: 3600 })
    await tokens.store({ accessToken: 'other', forEndpoint: 'other.example.com', expiresIn: 3600 })
    await tokens.delete(endpoint)
    expect(await tokens.retrieve(endpoint)).toBeUndefined()
    expect((await talk.store.list(someone)).map(({ account }) => account).sort()).toEqual([
      'access_token',
      'other.example.com',
    ])
  })

  describe('of when a token ends nothing is left once that is gone', () => {
    const left = async () => (await talk.store.list(someone)).map(({ endpoint: at }) => at.key)

    test('removed by Python, through the keyring command or our class', async () => {
      const machine = { platform: 'linux', home: '/home/alice', files: { exists: () => false } }
      const message = JSON.stringify({ do: 'delete', service: endpoint, username: 'access_token' })
      for (const remove of [
        () => talk.say(keyring(machine), ['del', endpoint, 'access_token']),
        () => talk.say(backendConversation, conversationWord, message),
        () => passwords.deletePassword(endpoint, 'access_token'),
      ]) {
        await tokens.store({ accessToken: 'aaa', forEndpoint: endpoint, expiresIn: 3600 })
        expect(await left()).toHaveLength(2)
        await remove()
        expect(await left()).toEqual([])
      }
    })

    test('removed by whoever knows nothing about it', async () => {
      await tokens.store({ accessToken: 'aaa', forEndpoint: endpoint, expiresIn: 3600 })
      const [token] = await talk.store.find(someone, [serviceName(endpoint)])
      if (token !== undefined) await talk.store.remove(someone, token)
      expect(await left()).toEqual(['flyte-expiry'])
      expect(await tokens.retrieve(endpoint)).toBeUndefined()
      expect(await left()).toEqual([])
    })
  })

  test.each(['dns:///flyte.example.com', 'https://flyte.example.com', 'flyte.example.com'])(
    "flyte-sdk's layout is read, and forgotten (%s)",
    async (asked) => {
      const json = '{"access_token":"aaa","refresh_token":"rrr"}'
      await passwords.setPassword('flyte.example.com', 'tokens', json)
      expect(await tokens.retrieve(asked)).toMatchObject({
        accessToken: 'aaa',
        refreshToken: 'rrr',
        forEndpoint: asked,
      })
      await tokens.delete(asked)
      expect(await tokens.retrieve(asked)).toBeUndefined()
    },
  )

  test.each(['', 'not JSON', '[]', 'null', '{"access_token":1}'])('%j is no layout of anybody', async (text) => {
    await passwords.setPassword(endpoint, 'tokens', text)
    expect(await tokens.retrieve(endpoint)).toBeUndefined()
  })

  test('no keychain: nothing is kept and nothing said; a locked one is an error', async () => {
    const gone = () => talk.store.failOnce(new Failure('unavailable', 'there is no keychain'))
    gone()
    expect(await tokens.store({ accessToken: 'aaa', forEndpoint: endpoint })).toMatchObject({ accessToken: 'aaa' })
    gone()
    expect(await tokens.retrieve(endpoint)).toBeUndefined()
    gone()
    await tokens.delete(endpoint)
    talk.store.failOnce(new Failure('locked', 'the keychain is locked'))
    await expect(tokens.retrieve(endpoint)).rejects.toMatchObject({ code: 'locked' })
  })

  test('printing and serializing show no token', () => {
    const tokens = { accessToken: 'aaa', refreshToken: 'rrr', idToken: 'iii', forEndpoint: endpoint, expiresIn: 7 }
    const credentials = new Credentials(tokens)
    expect(inspect(credentials)).toBe('Credentials { forEndpoint: "flyte.example.com:443" }')
    expect(JSON.stringify([credentials])).toBe('[{"forEndpoint":"flyte.example.com:443","expiresIn":7}]')
    expect({ ...credentials }).toEqual(tokens)
  })

  test.each<[string, () => Promise<unknown>]>([
    ['tokens must be an object, not undefined', () => tokens.store(undefined as never)],
    ['accessToken must be a string, not number', () => tokens.store({ accessToken: 5 as never })],
    ['refreshToken must be a string, not null', () => tokens.store({ accessToken: 'a', refreshToken: null as never })],
    ['expiresIn must be a number, not string', () => tokens.store({ accessToken: 'a', expiresIn: '3600' as never })],
    ['forEndpoint must be a string, not undefined', () => tokens.retrieve(undefined as never)],
    ['forEndpoint must be a string, not object', () => tokens.delete({} as never)],
  ])('%s', async (message, work) => {
    await expect(work()).rejects.toMatchObject({ message, code: 'ERR_INVALID_ARG_TYPE' })
    expect(await talk.store.list(someone)).toEqual([])
  })
})
