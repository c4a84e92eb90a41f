import { expect, test } from 'vitest'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { moveItem } from '../../src/core/moving.ts'
import { Secret } from '../../src/core/secret.ts'
import { memoryStore } from '../../src/stores/memory.ts'

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
  await from.save(item)
  expect(await moveItem(item, from, to)).toBe(true)
  expect(await from.list()).toEqual([])
  expect(await to.find([item.endpoint])).toMatchObject([{ account: 'alice', expires: 4_000_000_000 }])
  expect(await moveItem(item, from, to)).toBe(false)
})

test('something else there is not replaced, the same there is fine', async () => {
  const [from, to] = [memoryStore(), memoryStore()]
  await from.save(item)
  await to.save({ ...item, secret: new Secret('other') })
  await expect(moveItem(item, from, to)).rejects.toMatchObject({ code: 'refused' })
  expect(await from.list()).toHaveLength(1)
  await to.save(item)
  expect(await moveItem(item, from, to)).toBe(true)
})

test('a store that does not keep it: nothing is removed', async () => {
  const [from, to] = [memoryStore(), memoryStore()]
  await from.save(item)
  await expect(moveItem(item, from, { ...to, save: async () => {} })).rejects.toMatchObject({ code: 'internal' })
  expect(await from.list()).toHaveLength(1)
})
