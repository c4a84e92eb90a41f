import { beforeEach, describe, expect, test } from 'vitest'
import { serviceName } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'
import { ArgumentTypeError } from '../../src/library/arguments.ts'
import { NoKeyringError } from '../../src/library/errors.ts'
import { accountsOf, type Keytar, keytarOver } from '../../src/library/keytar-functions.ts'
import { someone } from '../asker.ts'
import { opened } from './opened.ts'

let talk: ReturnType<typeof opened>
let keytar: Keytar
/** What keytar left in the keychain: service, account, password. */
let left: [string, string, string][]

beforeEach(() => {
  talk = opened()
  left = []
  keytar = keytarOver(async () => ({
    broker: talk.broker,
    accountsAt: async (service) => accountsOf(await talk.store.find(someone, [serviceName(service)])),
    foreignItems: async ({ service, account }) =>
      left
        .filter((item) => item[0] === service && (account ?? item[1]) === item[1])
        .map((item) => ({
          attributes: { service: item[0], account: item[1] },
          secret: new Secret(item[2]),
          async remove() {
            left = left.filter((other) => other !== item)
          },
        })),
  }))
})

describe("keytar's functions", () => {
  test('answer as keytar does: null, undefined, boolean, list', async () => {
    expect(await keytar.getPassword('app', 'ann')).toBeNull()
    expect(await keytar.findPassword('app')).toBeNull()
    expect(await keytar.findCredentials('app')).toEqual([])
    expect(await keytar.deletePassword('app', 'ann')).toBe(false)
    expect(await keytar.setPassword('app', 'ann', 'one')).toBeUndefined()
    expect(await keytar.setPassword('app', 'ann', 'two')).toBeUndefined()
    await keytar.setPassword('app', 'bob', 'three')
    await keytar.setPassword('app/ann', 'x', 'elsewhere')
    expect(await keytar.getPassword('app', 'ann')).toBe('two')
    expect(['two', 'three']).toContain(await keytar.findPassword('app'))
    expect(await keytar.findCredentials('app')).toEqual([
      { account: 'ann', password: 'two' },
      { account: 'bob', password: 'three' },
    ])
    expect(await keytar.deletePassword('app', 'ann')).toBe(true)
    expect(await keytar.deletePassword('app', 'ann')).toBe(false)
    expect(await keytar.findPassword('app')).toBe('three')
  })

  test('two accounts that were saved last at the same time are no error', async () => {
    await talk.broker.save(item('ann', 'one'))
    await talk.broker.save(item('bob', 'two'))
    expect(['one', 'two']).toContain(await keytar.findPassword('app'))
  })

  test('a service is taken as it is: an address is not widened', async () => {
    await keytar.setPassword('https://app.example.com', 'ann', 'one')
    expect(await keytar.getPassword('https://app.example.com/', 'ann')).toBeNull()
    expect(await keytar.getPassword('app.example.com', 'ann')).toBeNull()
  })

  test('what a person set under that name is found', async () => {
    await talk.broker.save({ ...item('ann', 'by hand'), owner: 'person', kind: 'basic' })
    expect(await keytar.getPassword('app', 'ann')).toBe('by hand')
    expect(await keytar.findCredentials('app')).toEqual([{ account: 'ann', password: 'by hand' }])
  })
})

describe('what keytar left', () => {
  beforeEach(() => {
    left = [
      ['app', 'ann', 'left for ann'],
      ['app', 'bob', 'left for bob'],
      ['other', 'ann', 'left elsewhere'],
    ]
  })

  test('is read where we have nothing, and stays', async () => {
    expect(await keytar.getPassword('app', 'ann')).toBe('left for ann')
    expect(await keytar.findPassword('app')).toBe('left for ann')
    expect(await keytar.findCredentials('app')).toEqual([
      { account: 'ann', password: 'left for ann' },
      { account: 'bob', password: 'left for bob' },
    ])
    expect(left).toHaveLength(3)
    expect(await talk.store.list(someone)).toEqual([])
  })

  test('is replaced by the next save, and nothing else is', async () => {
    await keytar.setPassword('app', 'ann', 'ours')
    expect(left.map(([service, account]) => `${service} ${account}`)).toEqual(['app bob', 'other ann'])
    expect(await keytar.findCredentials('app')).toEqual([
      { account: 'ann', password: 'ours' },
      { account: 'bob', password: 'left for bob' },
    ])
  })

  test('stays where the save failed', async () => {
    talk.store.failOnce(new Failure('locked', 'the keyring is locked'))
    await expect(keytar.setPassword('app', 'ann', 'ours')).rejects.toMatchObject({ code: 'locked' })
    expect(await keytar.getPassword('app', 'ann')).toBe('left for ann')
  })

  test('is deleted with ours, also where there is none of ours', async () => {
    expect(await keytar.deletePassword('app', 'ann')).toBe(true)
    await talk.broker.save(item('bob', 'ours'))
    expect(await keytar.deletePassword('app', 'bob')).toBe(true)
    expect(await keytar.findCredentials('app')).toEqual([])
    expect(left).toHaveLength(1)
  })
})

describe('what is broken', () => {
  test('is never null, false or an empty list', async () => {
    for (const work of calls()) {
      talk.store.failOnce(new Failure('locked', 'the keyring is locked'))
      await expect(work(keytar)).rejects.toMatchObject({ code: 'locked' })
      talk.store.failOnce(new Failure('unavailable', 'there is no keychain'))
      await expect(work(keytar)).rejects.toBeInstanceOf(NoKeyringError)
    }
  })

  const anything = (value: unknown) => value as string
  test.each<[string, () => unknown]>([
    ['Service is required.', () => keytar.getPassword(anything(undefined), 'ann')],
    ['Service is required.', () => keytar.findPassword('')],
    ['Service is required.', () => keytar.findCredentials(anything(null))],
    ['Account is required.', () => keytar.getPassword('app', '')],
    ['Account is required.', () => keytar.deletePassword('app', anything(undefined))],
    ['Password is required.', () => keytar.setPassword('app', 'ann', '')],
    ['Password is required.', () => keytar.setPassword(anything(5), 'ann', '')],
  ])('at once, before a promise: %s', (message, work) => {
    expect(work).toThrow(new Error(message))
    expect(work).not.toThrow(TypeError)
  })

  test.each<[string, () => unknown]>([
    ["Parameter 'service' must be a string", () => keytar.getPassword(anything(5), 'ann')],
    ["Parameter 'username' must be a string", () => keytar.getPassword('app', anything({}))],
    ["Parameter 'password' must be a string", () => keytar.setPassword('app', 'ann', anything(['p']))],
  ])('at once, before a promise: %s', (message, work) => {
    expect(work).toThrow(ArgumentTypeError)
    expect(work).toThrow(message)
  })
})

function item(account: string, secret: string) {
  return { endpoint: serviceName('app'), account, owner: 'python', kind: 'text', secret: new Secret(secret) } as const
}

function calls(): ((keytar: Keytar) => Promise<unknown>)[] {
  return [
    ({ getPassword }) => getPassword('app', 'ann'),
    ({ setPassword }) => setPassword('app', 'ann', 'one'),
    ({ deletePassword }) => deletePassword('app', 'ann'),
    ({ findPassword }) => findPassword('app'),
    ({ findCredentials }) => findCredentials('app'),
  ]
}
