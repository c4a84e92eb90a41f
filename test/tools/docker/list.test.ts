import { assert, asyncProperty, boolean, constantFrom, record, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBroker } from '../../../src/core/broker.ts'
import type { Item, Kind, Note } from '../../../src/core/credential.ts'
import { kinds, notes } from '../../../src/core/credential.ts'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { memoryStore } from '../../../src/stores/memory/store.ts'
import { dockerDialect } from '../../../src/tools/docker/dialect.ts'
import { someone } from '../../asker.ts'
import { failingStore } from '../../failing-store.ts'
import { replyTo } from '../conversation.ts'

/* What every build relies on: each key that `list` shows is read by `get`, and as the user that `list` named. */

const docker = dockerDialect('0')
const aliases = { 'ghcr.example.com': 'a.example.com' }

function talkTo(...stores: [Store, ...Store[]]) {
  const broker = createBroker({ asker: someone, stores, now: () => 1_800_000_000_000, recoverHours: 24, aliases })
  return async (verb: string, input = 'unused') => {
    const { stdout, exitCode } = await replyTo(docker, [verb], input, async () => broker)
    return { exitCode, answer: exitCode === 0 && stdout !== '' ? JSON.parse(stdout) : undefined }
  }
}

/** How many keys were listed; each of them was read. */
async function expectReadable(...stores: [Store, ...Store[]]): Promise<number> {
  const say = talkTo(...stores)
  const listed = await say('list')
  expect(listed.exitCode).toBe(0)
  for (const [server, account] of Object.entries(listed.answer)) {
    const got = await say('get', server)
    expect([server, got.exitCode, got.answer?.Username]).toEqual([server, 0, account])
  }
  return Object.keys(listed.answer).length
}

interface Drawn {
  readonly key: string
  readonly account: string
  readonly owner: string
  readonly kind: Kind | Note
  readonly expired: boolean
  readonly everyAccount: boolean
}

const drawn = record<Drawn>({
  key: constantFrom(
    'https://a.example.com',
    'http://a.example.com',
    'https://ghcr.example.com',
    'https://docker.io',
    'http://a.example.com/v2',
    'ssh://a.example.com',
  ),
  account: constantFrom('alice', 'bob', '', '<token>'),
  owner: constantFrom('docker', 'docker', 'git', 'person', 'credbridge'),
  kind: constantFrom('basic', 'basic', 'docker-identity', 'shared', 'ended', 'default', ...kinds, ...notes),
  expired: boolean(),
  everyAccount: boolean(),
})

function itemFrom({ key, account, owner, kind, expired, everyAccount }: Drawn): Item {
  const place = { endpoint: parseAddress(key), account, owner }
  const note = (notes as readonly string[]).includes(kind)
  if (note) return { ...place, kind: kind as Note, ...(everyAccount ? { everyAccount } : {}) }
  return { ...place, kind: kind as Kind, secret: new Secret(owner + account), ...(expired ? { expires: 1 } : {}) }
}

test('any items in one store or two, also saved at the same time', async () => {
  let listed = 0
  const items = uniqueArray(drawn, {
    maxLength: 12,
    selector: ({ key, account, owner }) => [key, account, owner].join(),
  })
  await assert(
    asyncProperty(items, items, boolean(), async (here, there, ticking) => {
      let time = 0
      const now = () => (ticking ? ++time : 0)
      const [first, second] = [memoryStore({ now }), memoryStore({ now })]
      for (const one of here) await first.save(someone, itemFrom(one))
      for (const one of there) await second.save(someone, itemFrom(one))
      listed += (await expectReadable(first)) + (await expectReadable(first, second))
    }),
    { numRuns: 500 },
  )
  expect(listed).toBeGreaterThan(100)
})

test('unreadable items are left out, the rest is listed', async () => {
  const store = memoryStore()
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const endpoint = parseAddress(`https://${name}.example.com`)
    await store.save(someone, { endpoint, account: 'alice', owner: 'docker', kind: 'basic', secret: new Secret('s') })
  }
  const find: Store['find'] = async (asker, endpoints, account) => {
    const broken = endpoints.some(({ key }) => key === 'https://b.example.com')
    if (broken) throw new Failure('malformed', 'the stored item cannot be read')
    return store.find(asker, endpoints, account)
  }
  expect(await expectReadable({ ...store, find })).toBe(4)
  expect((await talkTo({ ...store, find })('get', 'b.example.com')).exitCode).toBe(1)
})

test('a locked store is an error, not an empty list', async () => {
  const store = failingStore(memoryStore())
  store.failOnce(new Failure('locked', 'closed'))
  expect((await talkTo(store)('list')).exitCode).toBe(1)
})

describe('a process that ends in the middle of', () => {
  const at = parseAddress('https://a.example.com')
  const basic = (owner: string, account: string): Item => {
    return { endpoint: at, account, owner, kind: 'basic', secret: new Secret(`${owner} ${account}`) }
  }
  const login = (Username: string) => JSON.stringify({ ServerURL: 'a.example.com', Username, Secret: 'new' })

  const ended: Item = { endpoint: at, account: '', owner: 'docker', kind: 'ended', everyAccount: true }
  const shared: Item = { endpoint: at, account: 'alice', owner: 'docker', kind: 'shared' }

  /** Stops before the write of this number, as a process that is killed there. */
  function dying(store: Store, after: number): Store & { died(): boolean } {
    let writes = 0
    const step = async <T>(write: () => Promise<T>) => {
      if (writes++ >= after) throw new Error('killed')
      return write()
    }
    return {
      ...store,
      died: () => writes > after,
      save: (asker, item) => step(() => store.save(asker, item)),
      remove: (asker, place, expected) => step(() => store.remove(asker, place, expected)),
    }
  }

  test.each<[string, readonly Item[], string, string]>([
    ['a first login', [], 'store', login('alice')],
    ['the same login with another password', [basic('docker', 'alice')], 'store', login('alice')],
    ['the login of another user', [basic('docker', 'alice'), basic('git', 'bob')], 'store', login('bob')],
    ['a login after a logout', [basic('git', 'alice'), ended], 'store', login('alice')],
    ['a login over a share', [basic('git', 'alice'), shared], 'store', login('alice')],
    ['a logout', [basic('docker', 'alice')], 'erase', 'a.example.com'],
    [
      'a logout from two',
      [basic('docker', 'alice'), basic('docker', 'bob'), basic('git', 'eve')],
      'erase',
      'a.example.com',
    ],
    ['a logout from a share', [basic('git', 'alice'), shared], 'erase', 'a.example.com'],
  ])('%s', async (_what, before, verb, input) => {
    for (let after = 0; ; after++) {
      const store = memoryStore({ now: () => 0 })
      for (const item of before) await store.save(someone, item)
      const mortal = dying(store, after)
      await talkTo(mortal)(verb, input)
      await expectReadable(store)
      if (!mortal.died()) break
      expect((await talkTo(store)(verb, input)).exitCode).toBe(0)
      expect(await expectReadable(store)).toBe(verb === 'store' ? 1 : 0)
      expect(after).toBeLessThan(20)
    }
  })
})

test('parallel logins, logouts, lists and gets all succeed', async () => {
  const store = memoryStore()
  const say = talkTo(store)
  const servers = Array.from({ length: 10 }, (_, index) => `r${index % 3}.example.com`)
  const calls = servers.flatMap((server, index) => [
    say('store', JSON.stringify({ ServerURL: server, Username: `user${index % 2}`, Secret: `${index}` })),
    say('list'),
    ...(index % 4 === 0 ? [say('erase', server)] : []),
  ])
  for (const { exitCode } of await Promise.all(calls)) expect(exitCode).toBe(0)
  await expectReadable(store)
})
