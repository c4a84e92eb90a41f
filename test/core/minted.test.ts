import { beforeEach, describe, expect, test } from 'vitest'
import { type Broker, type Current, createBroker } from '../../src/core/broker.ts'
import { type Credential, isCredential, type Kind } from '../../src/core/credential.ts'
import { encodeItem } from '../../src/core/encode-item.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { decodeItem } from '../../src/core/item.ts'
import {
  isFresh,
  mintedBy,
  mintingOf,
  resultOf,
  secretPrinted,
  withoutResult,
  withResult,
} from '../../src/core/minted.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const endpoint = parseAddress('https://registry.example.com')
const at = { endpoint, account: 'alice', owner: 'person' }
const minting = { command: ['/bin/mint', 'word'], lasts: 3600, kind: 'basic' } as const
const minted = mintedBy(minting, at, undefined)
const time = 1_800_000_000_000

describe('the record', () => {
  test('says the same after it was written', () => {
    const item = decodeItem(at, encodeItem(withResult(minted, new Secret('t0ken'), time)))
    if (!isCredential(item)) throw new Error('not a credential')
    expect(mintingOf(item)).toEqual(minting)
    expect(resultOf(item)).toMatchObject({ ...at, kind: 'basic', expires: time / 1000 + 3600 })
    expect(resultOf(item).secret.expose()).toBe('t0ken')
    expect(resultOf(item).parts).toBeUndefined()
  })

  test.each<[string, Record<string, string>]>([
    ['no command', { lasts: '60', kind: 'basic' }],
    ['words that are no list', { command: '"/bin/mint"', lasts: '60', kind: 'basic' }],
    ['no words', { command: '[]', lasts: '60', kind: 'basic' }],
    ['a number as a word', { command: '["/bin/mint",1]', lasts: '60', kind: 'basic' }],
    ['a NUL', { command: '["/bin/mint","a\\u0000"]', lasts: '60', kind: 'basic' }],
    ['no time', { command: '["/bin/mint"]', kind: 'basic' }],
    ['a time of 0', { command: '["/bin/mint"]', lasts: '0', kind: 'basic' }],
    ['a time without end', { command: '["/bin/mint"]', lasts: 'Infinity', kind: 'basic' }],
    ['a kind of several parts', { command: '["/bin/mint"]', lasts: '60', kind: 'cloud-keys' }],
    ['itself as its kind', { command: '["/bin/mint"]', lasts: '60', kind: 'minted' }],
  ])('with %s is malformed', (_, texts) => {
    const parts = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, new Secret(text)]))
    expect(() => mintingOf({ ...minted, parts })).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

describe('a kept result', () => {
  const kept = withResult(minted, new Secret('t0ken'), time)

  test.each<[number, boolean]>([
    [0, true],
    [3539, true],
    // A tool needs some time to use what it was answered.
    [3541, false],
    [3600, false],
    [-59, true],
    // The clock was set back, or was wrong when the command ran.
    [-61, false],
  ])('after %i seconds of 3600 is good: %s', (seconds, good) => {
    expect(isFresh(kept, minting, time + seconds * 1000)).toBe(good)
  })

  test('of a command that lasts for seconds is good for most of them', () => {
    const short = { ...minting, lasts: 10 }
    const item = withResult(mintedBy(short, at, undefined), new Secret('t0ken'), time)
    expect([8, 10].map((seconds) => isFresh(item, short, time + seconds * 1000))).toEqual([true, false])
  })

  test('can be dropped', () => {
    expect(withoutResult(kept)).toEqual(minted)
    expect(isFresh(minted, minting, time)).toBe(false)
  })
})

describe('the output of a command', () => {
  test.each([
    ['t0ken', 't0ken'],
    ['t0ken\n', 't0ken'],
    ['t0ken\r\n', 't0ken'],
    [' t ö ken \n', ' t ö ken '],
  ])('%j is %j', (output, secret) => {
    expect(secretPrinted(output).expose()).toBe(secret)
  })

  test.each([
    ['', 'nothing'],
    ['\n', 'nothing'],
    ['s3cret\n\n', 'more than one line'],
    ['s3cret\nmore', 'more than one line'],
    ['s3cret\rmore\n', 'more than one line'],
    ['s3cret\0\n', 'NUL'],
    ['s3cret\uFFFD\n', 'UTF-8'],
  ])('%j is refused, and not repeated', (output, why) => {
    expect(() => secretPrinted(output)).toThrow(
      expect.objectContaining({ code: 'malformed', message: expect.stringMatching(`^(?!.*s3cret).*${why}`) }),
    )
  })
})

describe('lookups', () => {
  let store: Store
  let runs: number
  let finds: number

  const current: Current = async (of, asker, _, item) => {
    const kept = withResult(item, new Secret(`t0ken ${++runs}`), time)
    await of.save(asker, kept)
    return resultOf(kept)
  }

  function brokerOf(options: { current?: Current } = { current }): Broker {
    const counting: Store = {
      ...store,
      find: (...asked) => {
        finds++
        return store.find(...asked)
      },
    }
    return createBroker({ asker: someone, stores: [counting], now: () => time, recoverHours: 24, ...options })
  }

  const asks = async (tool: string, kinds: readonly Kind[] = ['basic'], broker = brokerOf()) => {
    const answer = await broker.find({ tool, kinds, endpoints: [endpoint] })
    return answer && { user: answer.user, secret: answer.credential.secret.expose(), minted: answer.minted }
  }

  beforeEach(async () => {
    ;[store, runs, finds] = [memoryStore(), 0, 0]
    await store.save(someone, minted)
  })

  test('every tool whose wire carries the kind is answered, others are not', async () => {
    expect(await asks('git')).toEqual({ user: 'alice', secret: 't0ken 1', minted: true })
    expect(await asks('docker', ['docker-identity'])).toBeUndefined()
    expect(runs).toBe(1)
  })

  test('nothing answers where commands do not run at all', async () => {
    expect(await asks('git', ['basic'], brokerOf({}))).toBeUndefined()
  })

  test('an ordinary credential costs one look into the store, as ever', async () => {
    const other = parseAddress('https://other.example.com')
    await store.save(someone, { ...at, endpoint: other, kind: 'basic', secret: new Secret('s') })
    await brokerOf().find({ tool: 'git', kinds: ['basic'], endpoints: [other] })
    expect({ finds, runs }).toEqual({ finds: 1, runs: 0 })
  })

  test("a tool's own credential answers it first", async () => {
    await store.save(someone, { ...at, owner: 'git', kind: 'basic', secret: new Secret('own') })
    expect(await asks('git')).toMatchObject({ secret: 'own' })
    expect(await asks('pip')).toMatchObject({ secret: 't0ken 1' })
  })

  test('of two accounts only the one that is meant is minted', async () => {
    await store.save(someone, { ...minted, account: 'bob' })
    await expect(asks('git')).rejects.toMatchObject({ code: 'ambiguous' })
    const answer = await brokerOf().find({ tool: 'git', kinds: ['basic'], endpoints: [endpoint], account: 'bob' })
    expect(answer?.user).toBe('bob')
    expect(runs).toBe(1)
  })

  const erase = (secret?: string) => ({
    tool: 'git',
    kinds: ['basic'] as const,
    endpoint,
    account: 'alice',
    recoverable: true,
    ...(secret === undefined ? {} : { secret: new Secret(secret) }),
  })

  test('a server that refuses the result takes the result, not the command, and ends no use', async () => {
    await asks('git')
    expect(await brokerOf().remove(erase('t0ken 1'))).toBe(true)
    expect(await store.find(someone, [endpoint])).toMatchObject([{ kind: 'minted' }])
    expect((await store.find(someone, [endpoint])).filter(isCredential).map(({ secret }) => secret.expose())).toEqual([
      '',
    ])
    expect(await asks('git')).toMatchObject({ secret: 't0ken 2' })
  })

  test('an erase of another secret changes nothing', async () => {
    await asks('git')
    expect(await brokerOf().remove(erase('older'))).toBe(false)
    const [kept] = await store.find(someone, [endpoint])
    expect(kept).toMatchObject({ expires: expect.any(Number) })
  })

  test('a logout ends the use of that tool only, and runs nothing', async () => {
    expect(await brokerOf().remove({ tool: 'docker', kinds: ['basic'], endpoint })).toBe(true)
    expect(await asks('docker')).toBeUndefined()
    expect(runs).toBe(0)
    expect(await asks('git')).toMatchObject({ secret: 't0ken 1' })
  })

  const repeated = (secret: string, more: Partial<Credential> = {}): Credential => ({
    ...at,
    owner: 'git',
    kind: 'basic',
    secret: new Secret(secret),
    ...more,
  })

  test('a client that repeats a result keeps no copy, also one that knows no expiry', async () => {
    await asks('git')
    expect(await brokerOf().save(repeated('t0ken 1'), { repeats: true })).toBe('unchanged')
    expect(await brokerOf().save(repeated('t0ken 1', { expires: time / 1000 + 3600 }), { repeats: true })).toBe(
      'unchanged',
    )
    expect(await brokerOf().save(repeated('typed'), { repeats: true })).toBe('saved')
    expect(runs).toBe(1)
  })

  test('an empty password is no repetition of a result that is not there', async () => {
    expect(await brokerOf().save(repeated(''), { repeats: true })).toBe('saved')
  })

  test('a list names the account and runs nothing', async () => {
    const actions = await brokerOf().personActions()
    expect((await actions.reachable(endpoint)).map(({ kind }) => kind)).toEqual(['basic'])
    await actions.share(endpoint, 'alice', 'docker')
    expect(await brokerOf().listFor({ tool: 'docker', kinds: ['basic'] })).toMatchObject([
      { account: 'alice', kind: 'basic' },
    ])
    expect(runs).toBe(0)
  })
})
