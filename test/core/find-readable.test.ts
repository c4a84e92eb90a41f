import { expect, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { findReadable } from '../../src/core/find-readable.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

const endpoints = Array.from({ length: 9 }, (_, at) => parseAddress(`https://git.example.com/${at}`))

/** A store with one item at each endpoint, where some cannot be read. Counts the requests. */
async function withUnreadable(unreadable: readonly number[], code: 'malformed' | 'locked' = 'malformed') {
  const store = memoryStore()
  for (const endpoint of endpoints)
    await store.save(someone, { endpoint, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret('s') })
  let requests = 0
  const bad = unreadable.map((at) => endpoints[at])
  const failing: Store = {
    ...store,
    find: async (asker, at, account) => {
      requests++
      if (at.some((one) => bad.includes(one as (typeof endpoints)[number]))) throw new Failure(code, 'cannot be read')
      return store.find(asker, at, account)
    },
  }
  return { failing, requests: () => requests }
}

test('one request where all can be read, and none for nothing', async () => {
  const { failing, requests } = await withUnreadable([])
  expect((await findReadable(failing, someone, endpoints)).items).toHaveLength(9)
  expect(requests()).toBe(1)
  expect(await findReadable(failing, someone, [])).toEqual({ items: [], unreadable: [] })
  expect(requests()).toBe(1)
})

test('what cannot be read hides nothing else', async () => {
  const { failing } = await withUnreadable([2, 7])
  const { items, unreadable } = await findReadable(failing, someone, endpoints)
  expect(items.map(({ endpoint }) => endpoint)).toEqual(endpoints.filter((_, at) => at !== 2 && at !== 7))
  expect(unreadable.map(({ endpoint }) => endpoint)).toEqual([endpoints[2], endpoints[7]])
})

test('a failure of the store itself is thrown', async () => {
  const { failing } = await withUnreadable([2], 'locked')
  await expect(findReadable(failing, someone, endpoints)).rejects.toMatchObject({ code: 'locked' })
})
