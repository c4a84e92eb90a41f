import { describe, expect, test } from 'vitest'
import { type Credential, type Item, isCredential, isNote } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { grantOf } from '../../src/core/grant.ts'
import { moveItem } from '../../src/core/move-item.ts'
import { sameCredential } from '../../src/core/same.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { movingToken, renewedToken, tokenCredential } from '../../src/core/token.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const item: Credential = {
  endpoint: parseAddress('https://a.example.com'),
  account: 'alice',
  owner: 'git',
  kind: 'basic',
  secret: new Secret('s'),
  expires: 4_000_000_000,
}

test('what was moved is there and no longer here', async () => {
  const [from, to] = [memoryStore(), memoryStore()]
  await from.save(someone, item)
  expect(await moveItem(someone, item, from, to)).toBe(true)
  expect(await from.list(someone)).toEqual([])
  expect(await to.find(someone, [item.endpoint])).toMatchObject([{ account: 'alice', expires: 4_000_000_000 }])
  expect(await moveItem(someone, item, from, to)).toBe(false)
})

test('something else there is not replaced, the same there is fine', async () => {
  const [from, to] = [memoryStore(), memoryStore()]
  await from.save(someone, item)
  await to.save(someone, { ...item, secret: new Secret('other') })
  await expect(moveItem(someone, item, from, to)).rejects.toMatchObject({ code: 'refused' })
  expect(await from.list(someone)).toHaveLength(1)
  await to.save(someone, item)
  expect(await moveItem(someone, item, from, to)).toBe(true)
})

test('a store that does not keep it: nothing is removed', async () => {
  const [from, to] = [memoryStore(), memoryStore()]
  await from.save(someone, item)
  await expect(moveItem(someone, item, from, { ...to, save: async () => true })).rejects.toMatchObject({
    code: 'internal',
  })
  expect(await from.list(someone)).toHaveLength(1)
})

/** The store, of which each call from the one with this number on fails, before it is done or after. */
function breakingAt(counter: { left: number }, when: 'before' | 'after', store: Store): Store {
  const call =
    <W extends unknown[], T>(work: (...words: W) => Promise<T>) =>
    async (...words: W): Promise<T> => {
      const breaks = counter.left-- <= 0
      if (breaks && when === 'before') throw new Failure('unavailable', 'gone')
      const result = await work(...words)
      if (breaks) throw new Failure('unavailable', 'gone')
      return result
    }
  const { name, traits, find, save, remove, list, alone } = store
  return { name, traits, find: call(find), save: call(save), remove: call(remove), list: call(list), alone }
}

test.each(['before', 'after'] as const)(
  'wherever it breaks off, %s a call is done, one of the two has it',
  async (when) => {
    let moved = false
    let breaks = 0
    for (; !moved; breaks++) {
      const [from, to, counter] = [memoryStore(), memoryStore(), { left: breaks }]
      await from.save(someone, item)
      const [breakingFrom, breakingTo] = [breakingAt(counter, when, from), breakingAt(counter, when, to)]
      moved = await moveItem(someone, item, breakingFrom, breakingTo).catch(() => false)
      const kept = [...(await from.find(someone, [item.endpoint])), ...(await to.find(someone, [item.endpoint]))]
      expect(kept.length).toBeGreaterThan(0)
      for (const one of kept) expect(isCredential(one) && sameCredential(one, item)).toBe(true)
      await moveItem(someone, item, from, to)
      expect([await from.list(someone), await to.list(someone)]).toMatchObject([[], [{ account: 'alice' }]])
    }
    expect(breaks).toBeGreaterThan(4)
  },
)

const token = tokenCredential(
  { endpoint: item.endpoint, account: 'alice', owner: 'person' },
  { provider: 'oauth', scopes: [], renewal: { issuer: 'https://i', clientId: 'c', tokenEndpoint: 'https://i/t' } },
  { accessToken: new Secret('at'), refreshToken: new Secret('rt') },
)

test.each(['before', 'after'] as const)(
  'wherever the move of a token breaks off, %s a call is done, one of the two may renew it, and the next move completes it',
  async (when) => {
    let moved = false
    let breaks = 0
    let wereTwo = false
    for (; !moved; breaks++) {
      const [from, to] = [memoryStore(), { ...memoryStore(), name: 'other' }]
      const counter = { left: breaks }
      await from.save(someone, token)
      const [breakingFrom, breakingTo] = [breakingAt(counter, when, from), breakingAt(counter, when, to)]
      moved = await moveItem(someone, token, breakingFrom, breakingTo).catch(() => false)
      const kept = [...(await from.find(someone, [item.endpoint])), ...(await to.find(someone, [item.endpoint]))]
      const free = kept.filter((one) => isCredential(one) && grantOf(one).movingTo === undefined)
      wereTwo ||= kept.length === 2
      expect(free.length).toBeLessThanOrEqual(1)
      if (kept.length === 2) expect(free).toHaveLength(1)
      await moveItem(someone, token, from, to)
      const there = (await to.find(someone, [item.endpoint])).filter(isCredential)
      expect([await from.list(someone), there.map((one) => grantOf(one).movingTo)]).toEqual([[], [undefined]])
    }
    expect([breaks > 4, wereTwo]).toEqual([true, true])
  },
)

test('a token that was renewed after such a move stays, and what was left of it goes', async () => {
  const [from, to] = [memoryStore(), { ...memoryStore(), name: 'other' }]
  await from.save(someone, movingToken(token, 'other'))
  const issued = { accessToken: new Secret('newer'), refreshToken: new Secret('rt2') }
  await to.save(someone, renewedToken(token, issued, 0))
  expect(await moveItem(someone, token, from, to)).toBe(true)
  expect(await from.list(someone)).toEqual([])
  expect(await to.find(someone, [item.endpoint])).toMatchObject([{ secret: new Secret('newer') }])
})

test('a token that the other store does not take keeps no mark', async () => {
  const [from, to] = [memoryStore(), { ...memoryStore(), name: 'other' }]
  await from.save(someone, token)
  const save = () => Promise.reject(new Failure('unsupported', 'no'))
  await expect(moveItem(someone, token, from, { ...to, save })).rejects.toMatchObject({ code: 'unsupported' })
  const [kept] = (await from.find(someone, [item.endpoint])).filter(isCredential)
  expect(kept && sameCredential(kept, token)).toBe(true)
})

test('what somebody changes or removes meanwhile is not moved, and stays as they left it', async () => {
  const newer = { ...item, secret: new Secret('newer') }
  for (const [meanwhile, outcome] of [
    [(from: Store) => from.save(someone, newer), { code: 'refused', hints: ['move it again'] }],
    [(from: Store) => from.remove(someone, item), false],
  ] as const) {
    const [from, to] = [memoryStore(), memoryStore()]
    await from.save(someone, item)
    const save = async (_asker: unknown, one: Item) => {
      await to.save(someone, one)
      await meanwhile(from)
      return true
    }
    const moving = moveItem(someone, item, from, { ...to, save })
    await (outcome === false ? expect(moving).resolves.toBe(false) : expect(moving).rejects.toMatchObject(outcome))
    expect(await to.list(someone)).toEqual([])
    const left = (await from.find(someone, [item.endpoint])).filter(isCredential)
    expect(left.map(({ secret }) => secret.expose())).toEqual(outcome === false ? [] : ['newer'])
  }
})

test('two ways to one keyring: nothing is lost', async () => {
  const store = memoryStore()
  await store.save(someone, item)
  await expect(moveItem(someone, item, store, { ...store, name: 'other' })).rejects.toMatchObject({ code: 'refused' })
  expect(await store.list(someone)).toHaveLength(1)
})

describe('what this version does not know', () => {
  const place = { endpoint: item.endpoint, account: 'alice', owner: 'git' }
  const passkey = new Secret('credbridge:1: {"kind":"passkey", "id":123456789012345678901234567890} ')
  const later = new Secret('credbridge:2:é\n')

  test.each([
    ['passkey', passkey],
    ['unknown', later],
  ])('of the kind %s goes along to the byte', async (kind, value) => {
    const [from, to] = [memoryStore(), memoryStore()]
    await from.save(someone, { ...place, kind, value })
    expect(await moveItem(someone, { ...place, kind }, from, to)).toBe(true)
    const [moved] = await to.find(someone, [place.endpoint])
    expect(moved !== undefined && 'value' in moved && moved.value.equals(value)).toBe(true)
    expect([await from.list(someone), await to.list(someone)]).toMatchObject([[], [{ ...place, kind }]])
  })

  test('keeps the kind that only its store knows', async () => {
    const [from, to] = [memoryStore(), memoryStore()]
    await from.save(someone, { ...place, kind: 'unknown', value: later })
    for (const kind of ['basic', 'default', 'passkey']) {
      expect(await moveItem(someone, { ...place, kind }, from, to)).toBe(true)
      expect(await to.list(someone)).toMatchObject([{ kind }])
      expect(await moveItem(someone, { ...place, kind: 'unknown' }, to, from)).toBe(true)
    }
  })

  test('that changes meanwhile stays as it was left', async () => {
    const [from, to] = [memoryStore(), memoryStore()]
    await from.save(someone, { ...place, kind: 'passkey', value: passkey })
    const save = async () => {
      // Spelled in its own way, as a helper does that keeps plain ASCII only.
      await to.save(someone, { ...place, kind: 'passkey', value: new Secret(passkey.expose().replaceAll(' ', '')) })
      await from.save(someone, {
        ...place,
        kind: 'passkey',
        value: new Secret('credbridge:1:{"kind":"passkey","id":2}'),
      })
      return true
    }
    const moving = moveItem(someone, { ...place, kind: 'passkey' }, from, { ...to, save })
    await expect(moving).rejects.toMatchObject({ code: 'refused', hints: ['move it again'] })
    expect(await to.list(someone)).toEqual([])
    expect(await from.list(someone)).toHaveLength(1)
  })

  test('is not replaced by something else, nor the other way round', async () => {
    const [from, to] = [memoryStore(), memoryStore()]
    await from.save(someone, { ...place, kind: 'passkey', value: passkey })
    for (const other of [item, { ...place, kind: 'unknown', value: later }]) {
      await to.save(someone, other)
      await expect(moveItem(someone, { ...place, kind: 'passkey' }, from, to)).rejects.toMatchObject({
        code: 'refused',
      })
      await expect(moveItem(someone, item, to, from)).rejects.toMatchObject({ code: 'refused' })
    }
    expect([await from.list(someone), await to.list(someone)]).toMatchObject([
      [{ kind: 'passkey' }],
      [{ kind: 'unknown' }],
    ])
  })

  test('goes along as members of a credential and of a note', async () => {
    const more = new Secret('{"later":[1]}')
    const whole = { ...item, more, parts: { session: new Secret('t') } }
    const note = { ...place, account: 'bob', kind: 'ended', more } as const
    const [from, to] = [memoryStore(), memoryStore()]
    for (const one of [whole, note]) {
      await from.save(someone, one)
      expect(await moveItem(someone, one, from, to)).toBe(true)
    }
    const found = await to.find(someone, [place.endpoint])
    expect(found.find(isCredential)).toSatisfy((one: Credential) => sameCredential(one, whole))
    expect(found.find(isCredential)).not.toSatisfy((one: Credential) =>
      sameCredential(one, { ...item, parts: whole.parts }),
    )
    expect(found.find(isNote)?.more?.expose()).toBe(more.expose())
    await from.save(someone, item)
    await expect(moveItem(someone, item, from, to)).rejects.toMatchObject({ code: 'refused' })
  })
})
