import { beforeEach, describe, expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import type { Credential, Kind, Owner } from '../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Lookup } from '../../src/core/selection.ts'
import type { Store } from '../../src/core/store.ts'
import { tokenCredential } from '../../src/core/token.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

/* Rule 4 of docs/architecture.md: what a person sets goes first, for every tool, and can be taken back. */

const at = parseAddress('https://r.example.com')
const hour = 3_600_000

let time = 0
let store = memoryStore()
const brokerOver = (first: Store, recoverHours = 24) =>
  createBroker({ asker: someone, stores: [first], now: () => time, recoverHours })
let broker = brokerOver(store)
beforeEach(() => {
  time = 1_800_000_000_000
  store = memoryStore({ now: () => time })
  broker = brokerOver(store)
})

function credential(owner: Owner, account: string, secret: string, more: Partial<Credential> = {}): Credential {
  return { endpoint: at, account, owner, kind: 'basic', secret: new Secret(secret), ...more }
}

async function signsIn(owner: Owner, account: string, secret: string, more: Partial<Credential> = {}) {
  time += 1000
  return broker.save(credential(owner, account, secret, more), { asOwn: true })
}

async function sets(account: string, secret: string, more: Partial<Credential> = {}) {
  time += 1000
  return (await broker.personActions()).set(credential('person', account, secret, more))
}

async function asks(tool: Owner, more: Partial<Lookup> = {}) {
  const answer = await broker.find({ tool, kinds: ['basic'], endpoints: [at], ...more })
  return answer?.credential.secret.expose()
}

async function kept(): Promise<readonly string[]> {
  const entries = await store.list(someone)
  return entries
    .filter(({ kind }) => kind !== 'erased')
    .map(({ owner, account, kind }) => [owner, account, kind].join(' '))
    .sort()
}

const back = async (account?: string, replace?: boolean) =>
  (await (await broker.restorable()).restore(at, account, replace)).back.map(({ owner }) => owner).sort()

test('a token that ends while it is kept is kept if it renews itself, and is a failure to be told otherwise', async () => {
  const issued = { accessToken: new Secret('at'), expires: time / 1000 }
  const renewal = { issuer: at.key, clientId: 'c', tokenEndpoint: `${at.key}/token` }
  const place = { endpoint: at, account: 'ann', owner: 'person' }
  const actions = await broker.personActions()
  const grant = { provider: 'oauth', scopes: [] }
  expect(await actions.set(tokenCredential(place, grant, issued))).toMatchObject({ result: 'expired' })
  const renewing = tokenCredential(place, { ...grant, renewal }, { ...issued, refreshToken: new Secret('rt') })
  expect(await actions.set(renewing)).toMatchObject({ result: 'saved' })
  expect(await kept()).toEqual(['person ann token'])
})

describe('a rotated secret', () => {
  test('is what every tool gets, whatever it saved itself', async () => {
    for (const tool of ['git', 'docker', 'cargo']) await signsIn(tool, 'alice', `old of ${tool}`)
    expect(await sets('alice', 'new')).toMatchObject({
      result: 'saved',
      ended: ['cargo', 'docker', 'git'],
      restorable: 'beside',
    })
    for (const tool of ['git', 'docker', 'cargo', 'npm', 'person']) expect(await asks(tool)).toBe('new')
  })

  test("leaves other accounts and other endpoints' items alone", async () => {
    const elsewhere = parseAddress('https://r.example.com/deeper')
    await signsIn('git', 'bob', 'b')
    await signsIn('git', 'alice', 'deep', { endpoint: elsewhere })
    await sets('alice', 'new')
    expect(await asks('git', { account: 'bob' })).toBe('b')
    expect(await asks('git', { endpoints: [elsewhere] })).toBe('deep')
  })

  test('set again ends what a tool has saved since, and says unchanged only if nothing was to be done', async () => {
    await sets('alice', 'new')
    expect(await sets('alice', 'new')).toMatchObject({ result: 'unchanged', ended: [], restorable: 'no' })
    await signsIn('git', 'alice', 'later')
    expect(await asks('git')).toBe('later')
    expect(await sets('alice', 'new')).toMatchObject({ result: 'saved', ended: ['git'] })
    expect(await asks('git')).toBe('new')
  })

  test('is what a tool goes on to list, where it listed its own', async () => {
    await signsIn('docker', 'alice', 'old')
    await sets('alice', 'new')
    const listing = { tool: 'docker', kinds: ['basic'] } as const
    expect(await broker.listFor(listing)).toMatchObject([{ account: 'alice', owner: 'person' }])
    expect(await asks('npm', { sharedOnly: true })).toBeUndefined()
  })

  test('is what a tool gets that takes only what is shared with it, where it had its own', async () => {
    await signsIn('npm', 'alice', 'old')
    await sets('alice', 'new')
    expect(await asks('npm', { sharedOnly: true })).toBe('new')
  })

  test('lets tools have it again that had ended their use, and says which', async () => {
    await sets('alice', 'refused')
    await broker.remove({
      tool: 'git',
      kinds: ['basic'],
      endpoint: at,
      account: 'alice',
      secret: new Secret('refused'),
    })
    await broker.remove({ tool: 'docker', kinds: ['basic'], endpoint: at })
    expect([await asks('git'), await asks('docker')]).toEqual([undefined, undefined])
    expect((await sets('alice', 'new')).resumed).toEqual(['docker', 'git'])
    expect([await asks('git'), await asks('docker')]).toEqual(['new', 'new'])
  })

  test('whatever stops it, every tool has the old one or the new one, and saying it again completes it', async () => {
    for (let after = 0; ; after++) {
      store = memoryStore({ now: () => time })
      broker = brokerOver(store)
      for (const tool of ['git', 'docker']) await signsIn(tool, 'alice', 'old')
      let writes = 0
      const step = async <T>(write: () => Promise<T>) => {
        if (writes++ >= after) throw new Failure('locked', 'closed')
        return write()
      }
      broker = brokerOver({
        ...store,
        save: (...call) => step(() => store.save(...call)),
        remove: (...call) => step(() => store.remove(...call)),
      })
      await sets('alice', 'new').catch(() => {})
      const died = writes > after
      broker = brokerOver(store)
      for (const tool of ['git', 'docker', 'cargo']) expect(['old', 'new', undefined]).toContain(await asks(tool))
      for (const tool of ['git', 'docker']) expect(await asks(tool)).toBeDefined()
      await sets('alice', 'new')
      for (const tool of ['git', 'docker', 'cargo']) expect(await asks(tool)).toBe('new')
      if (!died) break
      expect(after).toBeLessThan(20)
    }
  })

  test('does not end what a tool saves while it is set', async () => {
    await signsIn('git', 'alice', 'old')
    broker = brokerOver({
      ...store,
      async save(asker, item, condition) {
        if (item.owner === 'person') await store.save(asker, credential('git', 'alice', 'saved meanwhile'))
        return store.save(asker, item, condition)
      },
    })
    await sets('alice', 'new')
    expect(await asks('git')).toBe('saved meanwhile')
  })
})

describe("Python's own item", () => {
  const pythons = (service: string, secret: string): Credential =>
    credential('python', 'alice', secret, { endpoint: serviceName(service), kind: 'text' })
  const secretAt = async (service: string) => {
    const [item] = await store.find(someone, [serviceName(service)], 'alice')
    return item !== undefined && 'secret' in item ? item.secret.expose() : item?.kind
  }

  test.each(['https://r.example.com', 'https://r.example.com/'])('%s receives the new secret', async (service) => {
    await store.save(someone, pythons(service, 'old'))
    expect(await sets('alice', 'new')).toMatchObject({ ended: [], updated: [service], restorable: 'instead' })
    expect(await secretAt(service)).toBe('new')
    expect(await back('alice', true)).toEqual(['python'])
    expect(await secretAt(service)).toBe('old')
  })

  test('of the very service name, too', async () => {
    await store.save(someone, pythons('my service', 'old'))
    await sets('alice', 'new', { endpoint: serviceName('my service') })
    expect(await secretAt('my service')).toBe('new')
  })

  test('of the bare host, which may be used for http, stays and is named', async () => {
    await store.save(someone, pythons('r.example.com', 'old'))
    expect(await sets('alice', 'new')).toMatchObject({ updated: [], untouched: ['r.example.com'] })
    expect(await secretAt('r.example.com')).toBe('old')
  })

  test('of another account stays', async () => {
    await store.save(someone, pythons('https://r.example.com/', 'old'))
    expect(await sets('bob', 'new')).toMatchObject({ updated: [], untouched: [] })
    expect(await secretAt('https://r.example.com/')).toBe('old')
  })

  test('ends where Python cannot carry the kind', async () => {
    await store.save(someone, pythons('https://r.example.com/', 'old'))
    expect(await sets('alice', 'new', { kind: 'bearer' })).toMatchObject({ ended: ['python'], restorable: 'beside' })
    expect(await secretAt('https://r.example.com/')).toBeUndefined()
    expect(await back('alice')).toEqual(['python'])
  })
})

describe('several accounts', () => {
  test('the one that is set becomes the default, and says so; alone it needs none', async () => {
    expect((await sets('alice', 'a')).isNowDefault).toBe(false)
    expect((await sets('bob', 'b')).isNowDefault).toBe(true)
    expect(await asks('git')).toBe('b')
    expect((await sets('bob', 'b')).isNowDefault).toBe(false)
    expect((await sets('alice', 'a2')).isNowDefault).toBe(true)
    expect(await asks('git')).toBe('a2')
    expect(await kept()).toEqual(['credbridge alice default', 'person alice basic', 'person bob basic'])
  })

  test("also where the others are a tool's", async () => {
    await signsIn('git', 'bob', 'b')
    expect(await sets('alice', 'a')).toMatchObject({ isNowDefault: true, ended: [] })
    expect([await asks('git'), await asks('git', { account: 'bob' })]).toEqual(['a', 'b'])
  })

  test("saved last does not count for a person's own commands", async () => {
    await store.save(someone, credential('person', 'alice', 'a'))
    time += 1000
    await store.save(someone, credential('person', 'bob', 'b'))
    await expect(asks('person')).rejects.toMatchObject({
      code: 'ambiguous',
      hints: ['credbridge default https://r.example.com alice', 'credbridge default https://r.example.com bob'],
    })
    expect(await asks('person', { account: 'bob' })).toBe('b')
  })

  test('nor does it matter to a person whose they are', async () => {
    await store.save(someone, credential('person', 'alice', 'a'))
    await store.save(someone, credential('git', 'bob', 'b'))
    await expect(asks('person')).rejects.toMatchObject({ code: 'ambiguous' })
    expect(await asks('git')).toBe('b')
  })
})

describe('what it took can be restored', () => {
  test("each tool's own, beside what was set", async () => {
    for (const tool of ['git', 'docker']) await signsIn(tool, 'alice', `old of ${tool}`)
    await sets('alice', 'new')
    expect(await back('alice')).toEqual(['docker', 'git'])
    expect([await asks('git'), await asks('docker'), await asks('cargo')]).toEqual([
      'old of git',
      'old of docker',
      'new',
    ])
    expect(await back('alice')).toEqual([])
  })

  test("a person's own only instead of what was set, and that can be restored in turn", async () => {
    await sets('alice', 'old')
    expect(await sets('alice', 'new')).toMatchObject({ restorable: 'instead' })
    await expect(back('alice')).rejects.toMatchObject({ code: 'refused' })
    expect(await back('alice', true)).toEqual(['person'])
    expect(await asks('git')).toBe('old')
    expect(await back('alice', true)).toEqual(['person'])
    expect(await asks('git')).toBe('new')
  })

  test('what can be put back is, and what would replace something waits', async () => {
    await sets('alice', 'old')
    await signsIn('git', 'alice', 'gits')
    await sets('alice', 'new')
    const { back: done, waiting } = await (await broker.restorable()).restore(at, 'alice')
    expect([done.map(({ owner }) => owner), waiting.map(({ owner }) => owner)]).toEqual([['git'], ['person']])
    expect([await asks('git'), await asks('docker')]).toEqual(['gits', 'new'])
  })

  test('for a while, and not where that is turned off', async () => {
    await signsIn('git', 'alice', 'old')
    await sets('alice', 'new')
    time += 25 * hour
    expect(await back('alice')).toEqual([])
    broker = brokerOver(store, 0)
    await signsIn('git', 'alice', 'old')
    expect(await sets('alice', 'newer')).toMatchObject({ ended: ['git'], restorable: 'no' })
    expect(await back('alice')).toEqual([])
  })

  test("is not touched by another tool's logout, and goes with the tool's own", async () => {
    for (const tool of ['git', 'docker']) await signsIn(tool, 'alice', 'old')
    await sets('alice', 'new')
    await broker.remove({ tool: 'docker', kinds: ['basic'], endpoint: at })
    expect(await back('alice')).toEqual(['git'])
  })
})

describe('removing', () => {
  const remove = async (account: string, how: 'restorable' | 'final') => {
    const actions = await broker.personActions()
    const done = []
    for (const entry of await actions.entriesAt(at, account)) done.push(await actions.remove(entry, how))
    return done
  }

  test('can be taken back, for each tool', async () => {
    await sets('alice', 'p')
    await signsIn('git', 'alice', 'g')
    expect(await remove('alice', 'restorable')).toEqual(['restorable', 'restorable'])
    expect([await asks('git'), await asks('person')]).toEqual([undefined, undefined])
    expect(await back()).toEqual(['git', 'person'])
    expect([await asks('git'), await asks('person')]).toEqual(['g', 'p'])
  })

  test('is final where that is said', async () => {
    await sets('alice', 'p')
    expect(await remove('alice', 'final')).toEqual(['final'])
    expect(await back()).toEqual([])
  })

  test('removes nothing where the copy does not fit in, and says what does', async () => {
    await sets('alice', 'p')
    const save: Store['save'] = async () => {
      throw new Failure('too-large', 'too large')
    }
    broker = brokerOver({ ...store, save })
    await expect(remove('alice', 'restorable')).rejects.toMatchObject({
      hints: ['to remove it for good: credbridge remove --final https://r.example.com alice'],
    })
    expect(await asks('git')).toBe('p')
  })

  test('a sign-in with the same secret afterwards counts', async () => {
    await signsIn('git', 'alice', 'g')
    await remove('alice', 'restorable')
    expect(await broker.save(credential('git', 'alice', 'g'), { repeats: true })).toBe('saved')
    expect(await asks('git')).toBe('g')
  })
})

describe('a tool that repeats what it was answered', () => {
  const saves = (tool: Owner, secret: string, saving = {}, more: Partial<Credential> = {}) =>
    broker.save(credential(tool, 'alice', secret, more), saving)
  const repeats = { repeats: true }

  test.each<Kind>(['basic', 'bearer'])('saves nothing: %s', async (kind) => {
    await signsIn('git', 'alice', 'g', { kind })
    expect(await saves('cargo', 'g', {}, { kind })).toBe('unchanged')
    await signsIn('git', 'alice', 'rotated', { kind })
    expect(await asks('cargo', { kinds: [kind] })).toBe('rotated')
  })

  test.each(['git', 'docker', 'person'])('also after a set in between, whoever had it: %s', async (owner) => {
    await (owner === 'person' ? sets('alice', 'old') : signsIn(owner, 'alice', 'old'))
    await sets('alice', 'new')
    time += 2 * hour
    expect(await saves('git', 'old', repeats)).toBe('unchanged')
    expect(await asks('git')).toBe('new')
  })

  test('a later sign-in of it is newer and counts again, also with the older secret', async () => {
    await signsIn('git', 'alice', 'old')
    await sets('alice', 'new')
    expect(await saves('git', 'other', repeats)).toBe('saved')
    expect(await asks('git')).toBe('other')
    await sets('alice', 'new')
    const refused = {
      tool: 'git',
      kinds: ['basic'],
      endpoint: at,
      account: 'alice',
      secret: new Secret('new'),
    } as const
    await broker.remove({ ...refused, recoverable: true })
    expect(await saves('git', 'old', repeats)).toBe('saved')
    expect(await asks('git')).toBe('old')
  })

  test('a tool with a sign-in of its own repeats only while one can last', async () => {
    await signsIn('docker', 'alice', 'old')
    await sets('alice', 'new')
    time += 60_000
    expect(await saves('docker', 'old')).toBe('unchanged')
    time += 5 * 60_000
    expect(await saves('docker', 'old')).toBe('saved')
    expect(await asks('docker')).toBe('old')
  })

  test('what a person has removed since is no word any longer', async () => {
    await signsIn('git', 'alice', 'old')
    await sets('alice', 'new')
    const [entry] = await (await broker.personActions()).entriesAt(at)
    if (entry !== undefined) await (await broker.personActions()).remove(entry, 'final')
    expect(await saves('git', 'old', repeats)).toBe('saved')
  })
})
