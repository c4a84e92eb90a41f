import { beforeEach, describe, expect, test } from 'vitest'
import { createBroker } from '../../src/core/broker.ts'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const endpoint = parseAddress('https://registry.example.com')
const credential = (account: string, secret = account, owner = 'docker'): Credential => {
  return { endpoint, account, owner, kind: 'basic', secret: new Secret(secret) }
}
const brokerOver = (store: Store) => createBroker({ asker: someone, stores: [store], now: () => 0, recoverHours: 24 })
const accounts = async (store: Store) =>
  (await store.list(someone)).map(({ owner, account }) => `${owner} ${account}`).sort()

let store = memoryStore()
beforeEach(() => {
  store = memoryStore()
})

test('the next account replaces the one before, of this tool and at this endpoint only', async () => {
  await store.save(someone, credential('alice', 'g', 'git'))
  await store.save(someone, { ...credential('alice'), endpoint: parseAddress('https://other.example.com') })
  await store.save(someone, credential('alice'))
  expect(await brokerOver(store).save(credential('bob'), { oneAccount: true })).toBe('saved')
  expect(await accounts(store)).toEqual(['docker alice', 'docker bob', 'git alice'])
  expect(await brokerOver(store).save(credential('bob'), { oneAccount: true })).toBe('unchanged')
})

test('an unchanged one still replaces what a login that was stopped left', async () => {
  for (const account of ['alice', 'bob']) await store.save(someone, credential(account))
  expect(await brokerOver(store).save(credential('alice'), { oneAccount: true })).toBe('saved')
  expect(await accounts(store)).toEqual(['docker alice'])
})

test('the new one is there before the other goes; where a store keeps but one, after', async () => {
  const calls: string[] = []
  const noting = (accountsKept: 'several' | 'one'): Store => ({
    ...store,
    traits: { ...store.traits, accounts: accountsKept },
    save: async (_asker, item) => {
      calls.push(`save ${item.account}`)
      return store.save(someone, item)
    },
    remove: async (_asker, place, expected) => {
      if (place.owner === 'docker') calls.push(`remove ${place.account}`)
      return store.remove(someone, place, expected)
    },
  })
  await store.save(someone, credential('alice'))
  await brokerOver(noting('several')).save(credential('bob'), { oneAccount: true })
  await brokerOver(noting('one')).save(credential('eve'), { oneAccount: true })
  expect(calls).toEqual(['save bob', 'remove alice', 'remove bob', 'save eve'])
})

test('two that replace each other at the same moment do not both end up removed', async () => {
  for (const account of ['alice', 'bob']) await store.save(someone, credential(account))
  const racing: Store = {
    ...store,
    remove: async (_asker, place, expected) => {
      if (place.owner === 'docker')
        for (const account of ['alice', 'bob']) await store.remove(someone, credential(account))
      return store.remove(someone, place, expected)
    },
  }
  await brokerOver(racing).save(credential('alice'), { oneAccount: true })
  expect(await accounts(store)).toEqual(['docker alice'])
})

test("another's newer login is not removed in its place", async () => {
  await store.save(someone, credential('alice', 'old'))
  const raced: Store = {
    ...store,
    save: async (_asker, item) => {
      await store.save(someone, item)
      return store.save(someone, credential('alice', 'newer'))
    },
  }
  await brokerOver(raced).save(credential('bob'), { oneAccount: true })
  expect(await accounts(store)).toEqual(['docker alice', 'docker bob'])
})

describe('a newer login of another user', () => {
  const removedBy = (rival: Credential): Store => ({
    ...store,
    save: async (_asker, item) => {
      await store.save(someone, item)
      await store.save(someone, rival)
      return store.remove(someone, item)
    },
  })

  test('that replaces this one before it is read back: both were kept, one after the other', async () => {
    await store.save(someone, credential('alice', 'old'))
    for (const rival of [credential('bob'), credential('alice', 'newer')]) {
      expect(await brokerOver(removedBy(rival)).save(credential('eve'), { oneAccount: true })).toBe('saved')
    }
  })

  test("is neither what was there before, nor somebody else's", async () => {
    const alice = credential('alice', 'old')
    await store.save(someone, alice)
    const losing: Store = { ...store, save: async () => true }
    for (const rival of [undefined, credential('bob', 'b', 'git')]) {
      if (rival !== undefined) await store.save(someone, rival)
      const lost = brokerOver(losing).save(credential('eve'), { oneAccount: true })
      await expect(lost).rejects.toMatchObject({ code: 'internal' })
    }
    expect(await accounts(store)).toContain('docker alice')
  })

  test('that was saved before but removes the former account only now takes this one along: it is kept again', async () => {
    for (const account of ['alice', 'eve']) await store.save(someone, credential(account))
    let times = 0
    const racing: Store = {
      ...store,
      save: async (_asker, item) => {
        await store.save(someone, item)
        if (times++ === 0) await store.remove(someone, item)
        return true
      },
    }
    await brokerOver(racing).save(credential('eve', 'newer'), { oneAccount: true })
    expect(await accounts(store)).toEqual(['docker eve'])
  })

  test('where a tool keeps several accounts, it replaces nothing', async () => {
    const lost = brokerOver(removedBy(credential('bob'))).save(credential('eve'))
    await expect(lost).rejects.toMatchObject({ code: 'internal' })
  })
})
