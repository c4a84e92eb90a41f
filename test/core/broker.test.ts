import { beforeEach, describe, expect, test } from 'vitest'
import { type Current, createBroker } from '../../src/core/broker.ts'
import type { Credential, Kind } from '../../src/core/credential.ts'
import { parseAddress, withParents } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { tokenCredential } from '../../src/core/token.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'
import { failingStore } from '../failing-store.ts'

const origin = parseAddress('https://gitlab.example.com')
const credential = (owner: string, account: string, secret: string, more: Partial<Credential> = {}): Credential => ({
  endpoint: origin,
  account,
  owner,
  kind: 'basic',
  secret: new Secret(secret),
  ...more,
})

let time = 0
const now = () => (time += 1000)
let store = failingStore(memoryStore({ now }))
let broker = createBroker({ asker: someone, stores: [store], now: () => time, recoverHours: 24 })
beforeEach(() => {
  time = 1_800_000_000_000
  store = failingStore(memoryStore({ now }))
  broker = createBroker({ asker: someone, stores: [store], now: () => time, recoverHours: 24 })
})

async function asks(tool: string, account?: string, kinds: readonly Kind[] = ['basic']) {
  const answer = await broker.find({ tool, kinds, endpoints: [origin], ...(account === undefined ? {} : { account }) })
  return answer === undefined ? undefined : `${answer.credential.account}:${answer.credential.secret.expose()}`
}

const basic: readonly Kind[] = ['basic']

describe('one login, many tools', () => {
  test('a tool borrows what another saved', async () => {
    await broker.save(credential('git', 'alice', 'g'))
    expect(await asks('docker')).toBe('alice:g')
  })

  test('what has expired is only for a wire that carries its refresh token', async () => {
    const expired = { expires: time / 1000 - 60, refreshToken: new Secret('r') }
    await store.save(someone, credential('git', 'alice', 'old', expired))
    expect(await asks('docker')).toBeUndefined()
    const lookup = { tool: 'docker', kinds: basic, endpoints: [origin], refresh: true }
    expect(await broker.find(lookup)).toMatchObject({ expired: true })
  })

  test('a tool is answered from its own first', async () => {
    await broker.save(credential('docker', 'alice', 'd'))
    await broker.save(credential('git', 'alice', 'g'))
    expect(await asks('docker')).toBe('alice:d')
    expect(await asks('git')).toBe('alice:g')
  })

  test('a docker login does not sign git out, nor does a docker logout', async () => {
    await broker.save(credential('git', 'alice', 'g'))
    await broker.save(credential('docker', 'alice', 'd'))
    expect(await asks('git')).toBe('alice:g')
    await broker.remove({ tool: 'docker', kinds: basic, endpoint: origin })
    expect(await asks('git')).toBe('alice:g')
    expect(await asks('docker')).toBeUndefined()
  })

  test('a git 401 does not sign docker out, and git is not offered the same again', async () => {
    await broker.save(credential('docker', 'alice', 'd'))
    expect(await asks('git')).toBe('alice:d')
    await broker.remove({
      tool: 'git',
      kinds: basic,
      endpoint: origin,
      account: 'alice',
      secret: new Secret('d'),
      recoverable: true,
    })
    expect(await asks('git')).toBeUndefined()
    expect(await asks('git', 'alice')).toBeUndefined()
    expect(await asks('docker')).toBe('alice:d')
  })

  test('its next login lifts the mark', async () => {
    await broker.save(credential('docker', 'alice', 'd'))
    await broker.remove({ tool: 'git', kinds: basic, endpoint: origin })
    expect(await asks('git')).toBeUndefined()
    await broker.save(credential('git', 'bob', 'g'), { repeats: true })
    expect(await asks('git')).toBe('bob:g')
    expect(await asks('git', 'alice')).toBe('alice:d')
  })

  test("a person's word lifts every tool's, another tool's login does not", async () => {
    await broker.save(credential('person', 'alice', 'p'))
    await broker.remove({ tool: 'git', kinds: basic, endpoint: origin, account: 'alice', secret: new Secret('p') })
    await broker.remove({ tool: 'docker', kinds: basic, endpoint: origin })
    await broker.save(credential('cargo', 'alice', 'c'))
    expect([await asks('git'), await asks('docker')]).toEqual([undefined, undefined])
    await broker.save(credential('person', 'bob', 'b'))
    expect([await asks('git', 'alice'), await asks('git', 'bob')]).toEqual([undefined, 'bob:b'])
    await broker.save(credential('person', 'alice', 'new'))
    expect([await asks('git', 'alice'), await asks('docker', 'alice')]).toEqual(['alice:new', 'alice:new'])
  })

  test('an erase that names another secret ends nothing', async () => {
    await broker.save(credential('docker', 'alice', 'd'))
    await broker.remove({ tool: 'git', kinds: basic, endpoint: origin, secret: new Secret('older') })
    expect(await asks('git')).toBe('alice:d')
  })

  test('what a tool merely repeats is not copied, what it was told anew is', async () => {
    await broker.save(credential('docker', 'alice', 'd'))
    expect(await broker.save(credential('git', 'alice', 'd'), { repeats: true })).toBe('unchanged')
    expect(await broker.save(credential('git', 'alice', 'other'), { repeats: true })).toBe('saved')
    expect(await broker.save(credential('cargo', 'alice', 'd'))).toBe('saved')
    expect((await store.list(someone)).map(({ owner }) => owner).sort()).toEqual(['cargo', 'docker', 'git'])
  })

  test('after its use was ended, the same credential told again is its own', async () => {
    await broker.save(credential('docker', 'alice', 'd'))
    await broker.remove({ tool: 'git', kinds: basic, endpoint: origin, account: 'alice' })
    expect(await broker.save(credential('git', 'alice', 'd'), { repeats: true })).toBe('saved')
    expect(await asks('git')).toBe('alice:d')
  })

  test.each<[Kind, boolean]>([
    ['basic', true],
    ['bearer', false],
    ['docker-identity', false],
    ['text', false],
    ['header', false],
  ])('%s answers a wire that carries basic: %s', async (kind, answers) => {
    await broker.save(credential('docker', 'alice', 's', { kind }))
    expect(await asks('git')).toBe(answers ? 'alice:s' : undefined)
  })

  test('what a person set goes before what other tools saved', async () => {
    await broker.save(credential('person', 'alice', 'p'))
    await broker.save(credential('docker', 'alice', 'd'))
    expect(await asks('git')).toBe('alice:p')
  })
})

describe('which account', () => {
  test('several of others and nothing to choose: ambiguous, with the way out', async () => {
    await broker.save(credential('docker', 'alice', 'a'))
    await broker.save(credential('cargo', 'bob', 'b'))
    await expect(asks('git')).rejects.toMatchObject({
      code: 'ambiguous',
      hints: [
        'credbridge default https://gitlab.example.com alice',
        'credbridge default https://gitlab.example.com bob',
      ],
    })
  })

  test('the default, also among others', async () => {
    await broker.save(credential('docker', 'alice', 'a'))
    await broker.save(credential('cargo', 'bob', 'b'))
    await (await broker.personActions()).setDefault(origin, 'alice')
    expect(await asks('git')).toBe('alice:a')
    await (await broker.personActions()).setDefault(origin, 'bob')
    expect(await asks('git')).toBe('bob:b')
    expect(await asks('git', 'alice')).toBe('alice:a')
    expect(await (await broker.personActions()).unsetDefault(origin)).toEqual(['bob'])
    await expect(asks('git')).rejects.toMatchObject({ code: 'ambiguous' })
  })

  test('a default that does not exist is refused', async () => {
    await expect((await broker.personActions()).setDefault(origin, 'nobody')).rejects.toMatchObject({ code: 'refused' })
  })

  test('a named user is never answered with another', async () => {
    await broker.save(credential('git', 'alice', 'a'))
    expect(await asks('git', 'bob')).toBeUndefined()
    expect(await asks('git', '')).toBeUndefined()
  })

  test('who names a user asks the store once, also for the user name of a token, and where there is nothing', async () => {
    const place = { endpoint: origin, account: 'alice', owner: 'person' }
    const issued = { accessToken: new Secret('at') }
    await broker.save(tokenCredential(place, { provider: 'oauth', user: 'oauth2', scopes: [] }, issued))
    await broker.save(credential('docker', 'bob', 'b'))
    let count = 0
    const counting: Store = {
      ...store,
      find: (...words) => {
        count++
        return store.find(...words)
      },
    }
    const current: Current = async (_store, _asker, shown) => shown
    const own = { asker: someone, stores: [counting] as const, now: () => time, recoverHours: 24, current }
    broker = createBroker(own)
    const asked = async (account: string) => [await asks('git', account), count]
    expect(await asked('oauth2')).toEqual(['alice:at', 1])
    expect(await asked('bob')).toEqual(['bob:b', 2])
    expect(await asked('nobody')).toEqual([undefined, 3])
  })
})

describe('widening', () => {
  const deep = parseAddress('https://gitlab.example.com/a/b')
  const lookup = { tool: 'npm', kinds: basic, endpoints: withParents(deep) }

  test('the nearest wins, the origin last, http never', async () => {
    await broker.save(credential('git', 'u', 'http', { endpoint: parseAddress('http://gitlab.example.com/a') }))
    await broker.save(credential('git', 'u', 'other', { endpoint: parseAddress('https://gitlab.example.com/ab') }))
    expect(await broker.find(lookup)).toBeUndefined()
    await broker.save(credential('git', 'u', 'origin'))
    expect((await broker.find(lookup))?.credential.secret.expose()).toBe('origin')
    await broker.save(credential('git', 'u', 'near', { endpoint: parseAddress('https://gitlab.example.com/a') }))
    expect((await broker.find(lookup))?.credential.secret.expose()).toBe('near')
  })

  test('an ended use at the asked endpoint ends it for its parents too', async () => {
    await broker.save(credential('git', 'u', 'origin'))
    await store.save(someone, { endpoint: deep, account: '', owner: 'npm', kind: 'ended', everyAccount: true })
    expect(await broker.find(lookup)).toBeUndefined()
    expect(await broker.find({ ...lookup, endpoints: [origin] })).toBeDefined()
  })
})

describe('several stores', () => {
  test('reading goes on from absent only, a locked one stops it; saving goes to the first', async () => {
    const second = memoryStore({ now })
    const both = createBroker({ asker: someone, stores: [store, second], now: () => time, recoverHours: 24 })
    await second.save(someone, credential('git', 'alice', 'second'))
    const lookup = { tool: 'git', kinds: basic, endpoints: [origin] }
    expect((await both.find(lookup))?.credential.secret.expose()).toBe('second')
    store.failOnce(new Failure('locked', 'closed'))
    await expect(both.find(lookup)).rejects.toMatchObject({ code: 'locked' })
    await both.save(credential('git', 'bob', 'b'))
    expect((await store.list(someone)).map(({ account }) => account)).toEqual(['bob'])
    expect((await second.list(someone)).map(({ account }) => account)).toEqual(['alice'])
  })

  test('a use that ended in the first has ended in the second, too', async () => {
    const second = memoryStore({ now })
    const both = createBroker({ asker: someone, stores: [store, second], now: () => time, recoverHours: 24 })
    await second.save(someone, credential('git', 'alice', 's'))
    const lookup = { tool: 'docker', kinds: basic, endpoints: [origin] }
    expect((await both.find(lookup))?.credential.account).toBe('alice')
    expect(await both.remove({ tool: 'docker', kinds: basic, endpoint: origin })).toBe(true)
    expect(await store.list(someone)).toMatchObject([{ kind: 'ended' }])
    expect(await both.find(lookup)).toBeUndefined()
  })

  test('a repeated answer from the second is not copied to the first', async () => {
    const second = memoryStore({ now })
    const both = createBroker({ asker: someone, stores: [store, second], now: () => time, recoverHours: 24 })
    await second.save(someone, credential('git', 'alice', 's'))
    expect(await both.save(credential('git', 'alice', 's'), { repeats: true })).toBe('unchanged')
    expect(await store.list(someone)).toEqual([])
  })
})

describe('every save is verified', () => {
  const broken = (find: Store['find'], save: Store['save']): Store => ({ ...store, find, save })

  test('a store that loses it, or keeps the older one, is found out', async () => {
    const losing = createBroker({
      asker: someone,
      stores: [broken(store.find, async () => true)],
      now: () => time,
      recoverHours: 24,
    })
    await expect(losing.save(credential('git', 'a', 'x'))).rejects.toMatchObject({ code: 'internal' })
    await store.save(someone, credential('git', 'a', 'old'))
    await expect(losing.save(credential('git', 'a', 'new'))).rejects.toMatchObject({ code: 'internal' })
  })

  test("somebody else's newer value is a success", async () => {
    const raced = broken(store.find, async (_asker, item) => {
      await store.save(someone, item)
      return store.save(someone, credential('git', 'a', 'newer'))
    })
    const racing = createBroker({ asker: someone, stores: [raced], now: () => time, recoverHours: 24 })
    expect(await racing.save(credential('git', 'a', 'mine'))).toBe('saved')
    expect(await asks('git')).toBe('a:newer')
  })

  test('an unchanged credential writes nothing', async () => {
    await broker.save(credential('git', 'a', 'x'))
    const readOnly = broken(store.find, () => Promise.reject(new Error('written')))
    const again = createBroker({ asker: someone, stores: [readOnly], now: () => time, recoverHours: 24 })
    expect(await again.save(credential('git', 'a', 'x'))).toBe('unchanged')
  })
})

describe('recovery', () => {
  test('recover-hours 0 keeps nothing', async () => {
    const none = createBroker({ asker: someone, stores: [store], now: () => time, recoverHours: 0 })
    await none.save(credential('git', 'a', 'x'))
    await none.remove({ tool: 'git', kinds: basic, endpoint: origin, secret: new Secret('x'), recoverable: true })
    expect(await store.list(someone)).toEqual([])
  })

  const gitErases = (account: string, secret?: string) =>
    broker.remove({
      tool: 'git',
      kinds: basic,
      endpoint: origin,
      account,
      recoverable: true,
      ...(secret === undefined ? {} : { secret: new Secret(secret) }),
    })

  test('what is final takes the copy along, also where nothing else is left', async () => {
    await broker.save(credential('git', 'a', 'x'))
    await gitErases('a', 'x')
    await gitErases('b')
    await broker.remove({ tool: 'docker', kinds: basic, endpoint: origin })
    expect(await store.list(someone)).toHaveLength(1)
    await gitErases('a')
    expect(await store.list(someone)).toEqual([])
  })

  test('a logout leaves the copy of what another tool erased', async () => {
    await broker.save(credential('git', 'a', 'g'))
    await broker.save(credential('docker', 'a', 'd'))
    await gitErases('a', 'g')
    await broker.remove({ tool: 'docker', kinds: basic, endpoint: origin })
    expect((await (await broker.restorable()).restore(origin)).back[0]?.secret.expose()).toBe('g')
  })

  test("the use of another's that was ended by a refusal resumes, one that was ended on purpose does not", async () => {
    await broker.save(credential('person', 'a', 'p'))
    await gitErases('a', 'p')
    await broker.remove({ tool: 'docker', kinds: basic, endpoint: origin })
    expect(await (await broker.restorable()).resume(origin, 'b')).toEqual([])
    expect(await (await broker.restorable()).resume(origin)).toMatchObject([{ owner: 'git', account: 'a' }])
    expect(await (await broker.restorable()).resume(origin)).toEqual([])
    expect([await asks('git'), await asks('docker')]).toEqual(['a:p', undefined])
  })

  test('its time ends, too', async () => {
    await broker.save(credential('person', 'a', 'p'))
    await gitErases('a', 'p')
    time += 25 * 3_600_000
    expect(await (await broker.restorable()).resume(origin)).toEqual([])
    expect(await asks('git')).toBeUndefined()
  })

  test('one copy for each endpoint and account, and restoring says which is meant', async () => {
    for (const account of ['a', 'b']) {
      await broker.save(credential('git', account, 'x'))
      await broker.remove({
        tool: 'git',
        kinds: basic,
        endpoint: origin,
        account,
        secret: new Secret('x'),
        recoverable: true,
      })
    }
    await expect((await broker.restorable()).restore(origin)).rejects.toMatchObject({ code: 'ambiguous' })
    expect((await (await broker.restorable()).restore(origin, 'b')).back[0]?.account).toBe('b')
    expect(await asks('git')).toBe('b:x')
  })
})

describe('an erase between a save and its verification', () => {
  /** Another process that erases right after each of the first saves. */
  const erasing = (times: number): Store => ({
    ...store,
    async save(asker, item) {
      await store.save(asker, item)
      if (times-- > 0) await store.remove(asker, item)
      return true
    },
  })
  const over = (raced: Store) => createBroker({ asker: someone, stores: [raced], now: () => time, recoverHours: 24 })

  test.each([1, 2])('is no failure of ours: it is kept again (%i)', async (times) => {
    await broker.save(credential('git', 'alice', 'old'))
    expect(await over(erasing(times)).save(credential('git', 'alice', 'new'))).toBe('saved')
    expect(await asks('git')).toBe('alice:new')
  })

  test('each time is a store that keeps nothing', async () => {
    const lost = over(erasing(Number.POSITIVE_INFINITY)).save(credential('git', 'alice', 'new'))
    await expect(lost).rejects.toMatchObject({ code: 'internal' })
  })
})
