import { describe, expect, test } from 'vitest'
import { serviceName } from '../../src/core/endpoint.ts'
import { Failure, type FailureCode } from '../../src/core/failure.ts'
import { hint } from '../../src/core/hint.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { settledStores } from '../../src/stores/settled-stores.ts'
import { settlingStore, tryOut } from '../../src/stores/settling.ts'
import { toChoose } from '../../src/stores/to-choose.ts'
import { someone } from '../asker.ts'
import { failingStore } from '../failing-store.ts'
import { credential, expectItems } from './contract-world.ts'

const item = credential(serviceName('here'))

/** Two stores to choose from; each call of theirs is noted. */
function candidates(trouble: Partial<Record<keyof Store, FailureCode>> = {}) {
  const calls: string[] = []
  const noted = (name: string, store: Store, broken: typeof trouble = {}): Store => {
    const call =
      <W extends unknown[], T>(verb: keyof Store, work: (...words: W) => Promise<T>) =>
      async (...words: W) => {
        calls.push(`${name} ${verb}`)
        const code = broken[verb]
        if (code !== undefined) throw new Failure(code, `${name} is ${code}`)
        return work(...words)
      }
    return {
      name,
      traits: store.traits,
      find: call('find', store.find),
      save: call('save', store.save),
      remove: call('remove', store.remove),
      list: call('list', store.list),
      alone: store.alone,
    }
  }
  const [keychain, vault] = [memoryStore(), memoryStore()]
  const settled: string[] = []
  let elsewhere: Store | undefined
  const store = settlingStore({
    keychain: noted('keychain', keychain, trouble),
    vault: async () => noted('vault', vault),
    async settle(chosen) {
      settled.push(chosen.name)
      return elsewhere ?? chosen
    },
  })
  const settleElsewhere = (other: Store) => {
    elsewhere = other
  }
  return { store, keychain, vault, calls, settled, settleElsewhere }
}

const all = (code: FailureCode) => ({ find: code, save: code, remove: code, list: code })
const cannotKeep = { save: 'unavailable' } as const
const notProof = ['locked', 'timeout', 'refused', 'unsupported', 'malformed', 'ambiguous', 'internal'] as const

describe('what is read while nothing is settled', () => {
  test('comes from the keychain', async () => {
    const { store, keychain, settled, calls } = candidates()
    await keychain.save(someone, item)
    expectItems(await store.find(someone, [item.endpoint]), [item])
    expect(await store.list(someone)).toHaveLength(1)
    expect(await store.remove(someone, item)).toBe(true)
    expect([store.name, settled]).toEqual(['keychain', []])
    expect(calls).toEqual(['keychain find', 'keychain list', 'keychain remove'])
  })

  test('comes from the vault where there is provably no keychain', async () => {
    const { store, vault, settled } = candidates(all('unavailable'))
    expect(await store.find(someone, [item.endpoint])).toEqual([])
    await vault.save(someone, item)
    expectItems(await store.find(someone, [item.endpoint]), [item])
    expect(await store.list(someone)).toHaveLength(1)
    expect(await store.remove(someone, item)).toBe(true)
    expect([store.name, settled]).toEqual(['vault', []])
  })

  test.each(notProof)('is a failure where the keychain is %s, and says how to choose', async (code) => {
    const { store, vault, calls, settled } = candidates(all(code))
    await vault.save(someone, item)
    for (const call of [
      () => store.find(someone, [item.endpoint]),
      () => store.list(someone),
      () => store.remove(someone, item),
    ]) {
      await expect(call()).rejects.toMatchObject({ code, hints: [toChoose] })
    }
    expect(calls.filter((call) => call.startsWith('vault'))).toEqual([])
    expect(settled).toEqual([])
  })
})

describe('the first save', () => {
  test('settles on a keychain that keeps a throw-away item, before anything is kept there', async () => {
    const { store, keychain, settled, calls } = candidates()
    await store.save(someone, item)
    expect(settled).toEqual(['keychain'])
    expect(calls).toEqual(['keychain save', 'keychain find', 'keychain remove', 'keychain save'])
    expectItems(await keychain.find(someone, [item.endpoint]), [item])
    expect(await keychain.list(someone)).toHaveLength(1)
  })

  test('is the only one that tries the keychain out', async () => {
    const { store, settled, calls } = candidates()
    await Promise.all([store.save(someone, item), store.save(someone, { ...item, account: 'bob' })])
    await store.save(someone, { ...item, account: 'carol' })
    expect(settled).toEqual(['keychain'])
    expect(calls.filter((call) => call === 'keychain save')).toHaveLength(4)
  })

  test('settles on the vault where the keychain answers reads and cannot keep anything', async () => {
    const { store, vault, keychain, settled } = candidates(cannotKeep)
    expect(await store.find(someone, [item.endpoint])).toEqual([])
    await store.save(someone, item)
    expect([store.name, settled]).toEqual(['vault', ['vault']])
    expectItems(await vault.find(someone, [item.endpoint]), [item])
    expectItems(await store.find(someone, [item.endpoint]), [item])
    expect(await keychain.list(someone)).toEqual([])
  })

  test.each(notProof)('settles nothing while the keychain is %s, and the next one tries again', async (code) => {
    const trouble: Partial<Record<keyof Store, FailureCode>> = { save: code }
    const { store, vault, keychain, settled } = candidates(trouble)
    await expect(store.save(someone, item)).rejects.toMatchObject({ code, hints: [toChoose] })
    expect([settled, await vault.list(someone), await keychain.list(someone)]).toEqual([[], [], []])
    delete trouble.save
    await store.save(someone, item)
    expect(settled).toEqual(['keychain'])
  })

  test('settles nothing when the keychain goes away meanwhile: it was there', async () => {
    const { keychain, vault } = candidates()
    const gone = new Failure('unavailable', 'vanished', { passing: true })
    const settled: string[] = []
    const store = settlingStore({
      keychain: { ...keychain, save: async () => Promise.reject(gone), find: async () => Promise.reject(gone) },
      vault: async () => vault,
      async settle(chosen) {
        settled.push(chosen.name)
        return chosen
      },
    })
    for (const call of [() => store.save(someone, item), () => store.find(someone, [item.endpoint])]) {
      await expect(call()).rejects.toMatchObject({ code: 'unavailable', passing: true, hints: [toChoose] })
    }
    expect([settled, await vault.list(someone)]).toEqual([[], []])
  })

  test('need not come for the choice to be made', async () => {
    const { store, settled, calls } = candidates(all('unavailable'))
    expect((await store.settled(someone)).name).toBe('vault')
    expect([store.name, settled]).toEqual(['vault', ['vault']])
    await store.save(someone, item)
    expect(settled).toEqual(['vault'])
    expect(calls).toEqual(['keychain save', 'vault save'])
  })

  test('goes where another process has settled meanwhile', async () => {
    const { store, keychain, settleElsewhere } = candidates()
    const other = memoryStore()
    settleElsewhere(other)
    await store.save(someone, item)
    expectItems(await other.find(someone, [item.endpoint]), [item])
    expect(await keychain.list(someone)).toEqual([])
    expect(store.name).toBe('memory')
  })
})

describe('a store that is tried out', () => {
  test('has nothing left of it', async () => {
    const store = memoryStore()
    await tryOut(store, someone)
    expect(await store.list(someone)).toEqual([])
  })

  test.each<[string, (store: Store) => Partial<Store>]>([
    ['loses what it is given', () => ({ save: async () => true })],
    [
      'changes what it is given',
      (store) => ({ save: (_asker, one) => store.save(someone, { ...one, ...{ secret: new Secret('x') } }) }),
    ],
    ['cannot remove', () => ({ remove: async () => false })],
  ])('does not pass if it %s', async (_, change) => {
    const store = memoryStore()
    await expect(tryOut({ ...store, ...change(store) }, someone)).rejects.toMatchObject({ code: 'internal' })
  })

  test('has nothing left of it if it cannot be read back', async () => {
    const store = memoryStore()
    const broken = async () => Promise.reject(new Failure('timeout', 'too slow for a test'))
    await expect(tryOut({ ...store, find: broken }, someone)).rejects.toMatchObject({ code: 'timeout' })
    expect(await store.list(someone)).toEqual([])
  })
})

describe('a store that was settled on', () => {
  test('is used as it is', async () => {
    const [store] = await settledStores('memory', async () => [memoryStore()])
    await store.save(someone, item)
    expectItems(await store.find(someone, [item.endpoint]), [item])
    expect(await store.list(someone)).toHaveLength(1)
    expect(await store.remove(someone, item)).toBe(true)
    expect(store.name).toBe('memory')
  })

  test('finds what is wanted in one request, if the store can, and only then', async () => {
    const findWanted: NonNullable<Store['findWanted']> = async (_, isWanted) => (isWanted(item) ? [item] : [])
    const [able] = await settledStores('memory', async () => [{ ...memoryStore(), findWanted }])
    expect(await able.findWanted?.(someone, () => true)).toEqual([item])
    expect(await able.findWanted?.(someone, () => false)).toEqual([])
    const [other] = await settledStores('memory', async () => [memoryStore()])
    expect(other.findWanted).toBeUndefined()
  })

  test('that is not there any more is reported with what to do', async () => {
    const memory = failingStore(memoryStore())
    const [store] = await settledStores('memory', async () => [memory])
    const calls = [
      () => store.find(someone, []),
      () => store.list(someone),
      () => store.save(someone, item),
      () => store.remove(someone, item),
      () => settledStores('memory', async () => Promise.reject(new Failure('unavailable', 'gone'))),
    ]
    for (const call of calls) {
      memory.failOnce(new Failure('unavailable', 'gone', { hints: [hint`first`] }))
      await expect(call()).rejects.toMatchObject({
        code: 'unavailable',
        hints: expect.arrayContaining(['your secrets are in the memory store', toChoose]),
      })
    }
  })

  test.each(notProof)('that is %s says so, and no more', async (code) => {
    const memory = failingStore(memoryStore())
    const [store] = await settledStores('memory', async () => [memory])
    memory.failOnce(new Failure(code, 'broken', { hints: [hint`first`] }))
    await expect(store.find(someone, [])).rejects.toMatchObject({ code, hints: ['first'] })
  })
})
