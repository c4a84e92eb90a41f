import { expect, test } from 'vitest'
import { python, type StoredItem } from '../../src/core/credential.ts'
import { type Endpoint, serviceName } from '../../src/core/endpoint.ts'
import { findIn, type Read } from '../../src/core/find-in-stores.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Lookup } from '../../src/core/selection.ts'

const [first, ...others] = ['a', 'b', 'c', 'd', 'e'].map(serviceName)
const lookup = (endpoints: readonly (Endpoint | undefined)[]): Lookup => ({
  tool: python,
  kinds: ['text'],
  endpoints: endpoints.filter((one) => one !== undefined),
})

function item(endpoint: Endpoint | undefined, secret: string): StoredItem {
  if (endpoint === undefined) throw new Error('the test has no endpoint')
  return { endpoint, account: 'ann', owner: python, kind: 'text', secret: new Secret(secret) }
}

/** A store with these items, and the endpoints of each request to it. */
function store(...items: readonly StoredItem[]): { read: Read; asked: string[] } {
  const asked: string[] = []
  const read: Read = async (endpoints) => {
    asked.push(endpoints.map(({ key }) => key).join(' '))
    return items.filter((one) => endpoints.some(({ key }) => key === one.endpoint.key))
  }
  return { read, asked }
}

async function secretOf(read: Read, asked: Lookup): Promise<string | undefined> {
  const found = await findIn([read], asked, Date.now())
  return found?.answer.credential.secret.expose()
}

test('of many endpoints the first one answers alone', async () => {
  const { read, asked } = store(item(first, 'first'), item(others[2], 'other'))
  expect(await secretOf(read, lookup([first, ...others]))).toBe('first')
  expect(asked).toEqual(['a'])
})

test('if the first of many does not answer, all do', async () => {
  const { read, asked } = store(item(others[2], 'other'))
  expect(await secretOf(read, lookup([first, ...others]))).toBe('other')
  expect(asked).toEqual(['a', 'a b c d e'])
})

test('few endpoints are asked at once', async () => {
  const { read, asked } = store(item(first, 'first'))
  expect(await secretOf(read, lookup([first, others[0]]))).toBe('first')
  expect(asked).toEqual(['a b'])
})

test('of many endpoints all are asked where only what is shared may answer, and for an explanation', async () => {
  const { read, asked } = store(item(first, 'first'))
  await findIn([read], { ...lookup([first, ...others]), sharedOnly: true }, Date.now())
  await findIn([read], lookup([first, ...others]), Date.now(), () => {})
  expect(asked).toEqual(['a b c d e', 'a b c d e'])
})
