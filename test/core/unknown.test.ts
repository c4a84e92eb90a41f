import { beforeEach, describe, expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import type { Credential, UnknownItem } from '../../src/core/credential.ts'
import { parseAddress, withParents } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

/* What a later version wrote lies beside what this one knows: no lookup answers with it, and nothing but a person's word takes it away. */

const at = parseAddress('https://git.example.com')
const credential = (owner: string, account: string, more: Partial<Credential> = {}): Credential => ({
  endpoint: at,
  account,
  owner,
  kind: 'basic',
  secret: new Secret(`of ${owner} ${account}`),
  ...more,
})
const written = (owner: string, account: string, value: string, kind: string): UnknownItem => ({
  endpoint: at,
  account,
  owner,
  kind,
  value: new Secret(value),
})
const passkey = (owner: string, account: string) =>
  written(owner, account, 'credbridge:1:{"kind":"passkey","secret":"p"}', 'passkey')
const later = (owner: string, account: string) => written(owner, account, 'credbridge:2:x', 'unknown')

let time = 0
let store = memoryStore()
let broker = createBroker({ asker: someone, stores: [store], now: () => time, recoverHours: 24 })
beforeEach(() => {
  time = 1_800_000_000_000
  store = memoryStore({ now: () => (time += 1000) })
  broker = createBroker({ asker: someone, stores: [store], now: () => time, recoverHours: 24 })
})

const lookup = (tool: string, account?: string) => ({
  tool,
  kinds: ['basic'] as const,
  endpoints: [at],
  ...(account === undefined ? {} : { account }),
})

async function asks(tool: string, account?: string): Promise<string | undefined> {
  return (await broker.find(lookup(tool, account)))?.credential.secret.expose()
}

const unsupported = { code: 'unsupported', hints: expect.arrayContaining(['update credbridge']) }

async function kept(): Promise<readonly string[]> {
  return (await store.list(someone)).map(({ owner, account, kind }) => `${owner} ${account} ${kind}`).sort()
}

describe('an item of a kind that is unknown', () => {
  test('answers nobody: not its owner, not others, not with a user and not without', async () => {
    await store.save(someone, passkey('git', 'alice'))
    for (const tool of ['git', 'docker', 'person']) {
      expect([await asks(tool), await asks(tool, 'alice')]).toEqual([undefined, undefined])
    }
  })

  test('is no account: the only other one answers', async () => {
    await store.save(someone, passkey('git', 'alice'))
    await broker.save(credential('docker', 'bob'))
    expect([await asks('git'), await asks('docker'), await asks('cargo')]).toEqual(Array(3).fill('of docker bob'))
    expect(await asks('git', 'alice')).toBeUndefined()
  })

  test("stays where another owner saves, erases and lists, and where its owner's other accounts change", async () => {
    await store.save(someone, passkey('git', 'alice'))
    await broker.save(credential('docker', 'alice'))
    await broker.save(credential('git', 'bob'))
    expect(await broker.listFor({ tool: 'docker', kinds: ['basic'] })).toMatchObject([{ account: 'alice' }])
    await broker.remove({ tool: 'docker', kinds: ['basic'], endpoint: at, account: 'alice' })
    await broker.remove({ tool: 'git', kinds: ['basic'], endpoint: at, account: 'bob' })
    await broker.remove({ tool: 'git', kinds: ['basic'], endpoint: at })
    expect(await kept()).toEqual(['git alice passkey'])
  })

  test('is what a person can see and remove', async () => {
    await store.save(someone, passkey('git', 'alice'))
    const entries = await (await broker.personActions()).entriesAt(at)
    expect(entries).toMatchObject([{ owner: 'git', account: 'alice', kind: 'passkey' }])
    for (const entry of entries) expect(await (await broker.personActions()).remove(entry, 'restorable')).toBe('final')
    expect(await kept()).toEqual([])
  })
})

describe('a record of a later version', () => {
  test('is unsupported where nothing else answers, for its owner and for whoever would borrow it', async () => {
    await store.save(someone, later('git', 'alice'))
    for (const tool of ['git', 'docker', 'person']) {
      await expect(asks(tool)).rejects.toMatchObject(unsupported)
      await expect(asks(tool, 'alice')).rejects.toMatchObject(unsupported)
    }
  })

  test('is nothing to whoever named another user', async () => {
    await store.save(someone, later('git', 'alice'))
    expect(await asks('git', 'bob')).toBeUndefined()
  })

  test('beside good ones: those answer, unless it would have come before them', async () => {
    await store.save(someone, later('git', 'alice'))
    await broker.save(credential('docker', 'bob'))
    expect([await asks('docker'), await asks('cargo'), await asks('git', 'bob')]).toEqual(
      Array(3).fill('of docker bob'),
    )
    await expect(asks('git')).rejects.toMatchObject(unsupported)
    await expect(asks('cargo', 'alice')).rejects.toMatchObject(unsupported)
    await broker.save(credential('git', 'carol'))
    expect([await asks('git'), await asks('git', 'carol')]).toEqual(Array(2).fill('of git carol'))
  })

  test('is unsupported where a person has said that its account is meant', async () => {
    await broker.save(credential('git', 'alice'))
    await store.save(someone, later('docker', 'bob'))
    await (await broker.personActions()).setDefault(at, 'bob')
    await expect(asks('git')).rejects.toMatchObject(unsupported)
    expect(await asks('git', 'alice')).toBe('of git alice')
  })

  test('at the endpoint that was asked for, a parent does not stand in', async () => {
    const deep = parseAddress('https://git.example.com/a')
    await store.save(someone, { ...later('npm', ''), endpoint: deep })
    await broker.save(credential('git', 'alice'))
    const endpoints = withParents(deep)
    await expect(broker.find({ ...lookup('npm'), endpoints })).rejects.toMatchObject(unsupported)
    expect(await asks('npm')).toBe('of git alice')
  })

  test('in the first store ends the search, as anything broken does', async () => {
    const second = memoryStore()
    await second.save(someone, credential('git', 'alice'))
    await store.save(someone, later('git', 'alice'))
    const both = createBroker({ asker: someone, stores: [store, second], now: () => time, recoverHours: 24 })
    await expect(both.find(lookup('git'))).rejects.toMatchObject(unsupported)
  })

  test.each(['credbridge', 'python-notes'])('that belongs to %s is no credential', async (owner) => {
    await store.save(someone, later(owner, 'alice'))
    expect(await asks('git')).toBeUndefined()
    expect(await asks('python')).toBeUndefined()
  })

  test('is left out of a list, and what else there is stays in it', async () => {
    await store.save(someone, later('docker', 'alice'))
    await broker.save(credential('docker', 'bob', { endpoint: parseAddress('https://other.example.com') }))
    const listing = { tool: 'docker', kinds: ['basic'] as const }
    expect((await broker.listFor(listing)).map(({ endpoint }) => endpoint.key)).toEqual(['https://other.example.com'])
  })

  test('a logout ends the use of it, or says that it cannot remove it', async () => {
    await store.save(someone, later('git', 'alice'))
    expect(await broker.remove({ tool: 'docker', kinds: ['basic'], endpoint: at })).toBe(true)
    expect(await asks('docker')).toBeUndefined()
    await expect(broker.remove({ tool: 'git', kinds: ['basic'], endpoint: at })).rejects.toMatchObject(unsupported)
    expect(await kept()).toEqual(['docker  ended', 'git alice unknown'])
  })

  test('an erase that names a password is about another one', async () => {
    await store.save(someone, later('git', 'alice'))
    const secret = new Secret('x')
    expect(await broker.remove({ tool: 'git', kinds: ['basic'], endpoint: at, secret })).toBe(false)
    expect(await kept()).toEqual(['git alice unknown'])
  })

  test("gives way to its owner's next save", async () => {
    await store.save(someone, later('git', 'alice'))
    expect(await broker.save(credential('git', 'alice'), { repeats: true })).toBe('saved')
    expect(await asks('git')).toBe('of git alice')
  })
})

describe('no note takes the place of what is unknown', () => {
  test.each([
    ['passkey', passkey],
    ['later version', later],
  ])('%s', async (_, make) => {
    const items = [make('credbridge', 'alice'), make('docker', 'alice')]
    for (const item of items) await store.save(someone, item)
    await broker.save(credential('git', 'alice'))
    await expect((await broker.personActions()).setDefault(at, 'alice')).rejects.toMatchObject(unsupported)
    await expect((await broker.personActions()).share(at, 'alice', 'docker')).rejects.toMatchObject(unsupported)
    const removal = { tool: 'docker', kinds: ['basic'] as const, endpoint: at, account: 'alice' }
    await expect(broker.remove(removal)).rejects.toMatchObject(unsupported)
    const found = await store.find(someone, [at])
    for (const item of items) expect(found).toContainEqual({ ...item, savedAt: expect.any(Number) })
  })
})

describe('members that this version does not know', () => {
  const more = new Secret('{"scopes":["a"]}')
  const moreOf = async (owner: string) => {
    const items = (await store.find(someone, [at])).filter((item) => item.owner === owner)
    return items.map((item) => ('value' in item ? '' : item.more?.expose()))
  }

  test("go along when their owner saves anew, and nobody else's", async () => {
    await store.save(someone, credential('git', 'alice', { more }))
    expect(await broker.save(credential('git', 'alice', { secret: new Secret('new'), expires: 4_000_000_000 }))).toBe(
      'saved',
    )
    expect(await asks('git')).toBe('new')
    await broker.save(credential('docker', 'alice'))
    await broker.save(credential('git', 'bob'))
    expect([await moreOf('git'), await moreOf('docker')]).toEqual([[more.expose(), undefined], [undefined]])
  })

  test('do not make an unchanged credential a changed one', async () => {
    await store.save(someone, credential('git', 'alice', { more }))
    expect(await broker.save(credential('git', 'alice'))).toBe('unchanged')
    expect(await moreOf('git')).toEqual([more.expose()])
  })

  test('go along in a copy of what was erased, and come back', async () => {
    await store.save(someone, credential('git', 'alice', { more, parts: { session: new Secret('t') } }))
    const secret = new Secret('of git alice')
    await broker.remove({ tool: 'git', kinds: ['basic'], endpoint: at, secret, recoverable: true })
    expect(await moreOf('git')).toEqual([])
    expect((await (await broker.restorable()).restore(at)).back[0]?.parts?.['session']?.expose()).toBe('t')
    expect(await moreOf('git')).toEqual([more.expose()])
  })

  test('of a note go along when it is said again', async () => {
    await broker.save(credential('git', 'alice'))
    await store.save(someone, { endpoint: at, account: 'alice', owner: 'credbridge', kind: 'default', more })
    await (await broker.personActions()).setDefault(at, 'alice')
    expect(await moreOf('credbridge')).toEqual([more.expose()])
  })

  test('a copy of something unknown is neither restored nor forgotten before its time', async () => {
    const members = { owner: 'git', endpoint: at.key, account: 'alice', value: 'credbridge:1:{"kind":"passkey"}' }
    const copy = { account: `${at.key} alice`, owner: 'credbridge', until: time + 60_000 }
    const endpoint = { form: 'service', key: 'erased' } as const
    await store.save(someone, { ...copy, endpoint, kind: 'erased', more: new Secret(JSON.stringify(members)) })
    expect((await (await broker.restorable()).restore(at)).back).toEqual([])
    expect(await (await broker.restorable()).forget({ endpoint: at })).toBe(0)
    expect(await (await broker.restorable()).sweep()).toBe(0)
    time += 60_000
    expect(await (await broker.restorable()).sweep()).toBe(1)
  })
})

test('another secret part is another value', async () => {
  const parts = (value: string) => ({ parts: { session: new Secret(value) } })
  await broker.save(credential('git', 'alice', parts('t')))
  expect(await broker.save(credential('git', 'alice', parts('t')))).toBe('unchanged')
  expect(await broker.save(credential('git', 'alice', parts('u')))).toBe('saved')
  expect(await broker.save(credential('git', 'alice', { parts: { other: new Secret('u') } }))).toBe('saved')
  const two = { other: new Secret('u'), session: new Secret('u') }
  expect(await broker.save(credential('git', 'alice', { parts: two }))).toBe('saved')
  expect(await broker.save(credential('git', 'alice', parts('u')))).toBe('saved')
  expect(await broker.save(credential('git', 'alice', { parts: {} }))).toBe('saved')
  expect(await broker.save(credential('git', 'alice'))).toBe('saved')
})
