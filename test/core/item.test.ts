import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Credential, type Item, isCredential, kinds, python } from '../../src/core/credential.ts'
import { type Endpoint, parseAddress, sameEndpoint, serviceName } from '../../src/core/endpoint.ts'
import { decodeItem, encodeItem, endpointFromKey, keyFromEndpoint, serviceOf } from '../../src/core/item.ts'
import { Secret } from '../../src/core/secret.ts'

/*
 * What one release wrote lies in people's keychains and is read by every later one (docs/item-layout.md). So the files
 * in test/core/golden may only be added to: a line that has been released is never changed and never removed.
 * `only-read.json` holds what no release writes and every release reads, or refuses, as it says.
 */

interface PlainItem {
  readonly endpoint: { readonly form: string; readonly key: string }
  readonly account: string
  readonly owner: string
  readonly secret?: string
  readonly refreshToken?: string
  readonly erased?: PlainItem
}

interface Golden {
  readonly name: string
  readonly item: PlainItem
  readonly service: string
  readonly account: string
  readonly value: string
}

type OnlyRead = Omit<Golden, 'item'> & ({ readonly item: PlainItem } | { readonly failure: string })

describe.each(['0.1.json'])('what release %s wrote', (file) => {
  test.each(golden<Golden>(file))('$name', ({ item, service, account, value }) => {
    const built = build(item)
    expect(serviceOf(built)).toBe(service)
    expect(built.account).toBe(account)
    expect(encodeItem(built)).toBe(value)
    expect(plain(decodeItem(placeIn(service, item.owner, account), value))).toEqual(item)
  })

  test('no two items lie at one place unless they are meant to be the same', () => {
    const places = new Map<string, PlainItem>()
    for (const { service, account, item } of golden<Golden>(file)) {
      const before = places.get(JSON.stringify([service, account])) ?? item
      places.set(JSON.stringify([service, account]), item)
      expect([item.owner, item.endpoint, item.account]).toEqual([before.owner, before.endpoint, before.account])
    }
  })

  test('every kind is there', () => {
    const seen = golden<Golden>(file).map(({ item }) => (item as unknown as { kind: string }).kind)
    expect(seen).toEqual(expect.arrayContaining([...kinds, 'ended', 'default', 'erased', 'shared']))
  })
})

describe('what no release writes', () => {
  test.each(golden<OnlyRead>('only-read.json'))('$name', ({ service, account, value, ...outcome }) => {
    const read = () => plain(decodeItem(placeIn(service, 'git', account), value))
    if ('item' in outcome) expect(read()).toEqual(outcome.item)
    else expect(read).toThrow(expect.objectContaining({ code: outcome.failure }))
  })

  test('a failure to read says nothing of what was read', () => {
    const at = placeIn('git:https://git.example.com', 'git', 'alice')
    for (const value of ['credbridge:1:{"kind":"hidden', 'credbridge:hidden', 'credbridge:1:{"kind":"hidden"}']) {
      const error = thrownBy(() => decodeItem(at, value))
      expect(error).toMatchObject({ name: 'Failure' })
      expect(inspect(error)).not.toContain('hidden')
    }
  })
})

describe("what an item of Python's cannot hold is refused", () => {
  const item: Credential = {
    endpoint: serviceName('x'),
    account: 'alice',
    owner: python,
    kind: 'text',
    secret: new Secret('s'),
  }
  const others: readonly [string, Item][] = [
    ['another kind', { ...item, kind: 'basic' }],
    ['an expiry', { ...item, expires: 1 }],
    ['a refresh token', { ...item, refreshToken: new Secret('r') }],
    ['a scheme', { ...item, scheme: 'Bearer' }],
    ['an address', { ...item, endpoint: parseAddress('https://git.example.com') }],
    ['a note', { endpoint: serviceName('x'), account: 'alice', owner: python, kind: 'ended' }],
  ]
  test.each(others)('%s', (_, other) => {
    expect(encodeItem(item)).toBe('s')
    expect(() => encodeItem(other)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})

describe('any item', () => {
  const text = fc.string({ unit: 'grapheme' })
  const secret = fc.oneof(
    text,
    text.map((end) => `credbridge:${end}`),
  )
  const address = fc.webUrl().map(parseAddress)
  const names = fc.oneof(
    text,
    fc.webUrl(),
    text.map((end) => `service name ${end}`),
  )
  const endpoint: fc.Arbitrary<Endpoint> = fc.oneof(address, names.map(serviceName))

  test('comes back as it was', () => {
    const more = fc.record(
      { scheme: text, expires: fc.nat(), refreshToken: secret.map((it) => new Secret(it)) },
      { requiredKeys: [] },
    )
    const kind = fc.constantFrom(...kinds)
    const property = fc.property(endpoint, text, secret, kind, more, (endpoint, account, value, kind, more) => {
      const item: Item = { endpoint, account, owner: 'git', kind, secret: new Secret(value), ...more }
      expect(plain(decodeItem(placeIn(serviceOf(item), 'git', account), encodeItem(item)))).toEqual(plain(item))
    })
    fc.assert(property)
  })

  test('two endpoints are never spelled alike', () => {
    const property = fc.property(endpoint, endpoint, (one, other) => {
      const key = keyFromEndpoint(one, 'git')
      expect(sameEndpoint(endpointFromKey(key, 'git'), one)).toBe(true)
      expect(key === keyFromEndpoint(other, 'git')).toBe(sameEndpoint(one, other))
      const twin = serviceName(one.key)
      expect(keyFromEndpoint(twin, 'git') === key).toBe(one.form === 'service')
    })
    fc.assert(property)
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

function golden<T>(file: string): T[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'golden', file), 'utf8')) as T[]
}

function placeIn(service: string, owner: string, account: string) {
  const key = owner === python ? service : service.slice(owner.length + 1)
  return { endpoint: endpointFromKey(key, owner), account, owner }
}

function build(item: PlainItem): Item {
  const { form, key } = item.endpoint
  const endpoint = form === 'address' ? parseAddress(key) : serviceName(key)
  expect(endpoint.key).toBe(key)
  return {
    ...item,
    endpoint,
    ...(item.secret === undefined ? {} : { secret: new Secret(item.secret) }),
    ...(item.refreshToken === undefined ? {} : { refreshToken: new Secret(item.refreshToken) }),
    ...(item.erased === undefined ? {} : { erased: build(item.erased) }),
  } as Item
}

function plain(item: Item): unknown {
  const { form, key } = item.endpoint
  const bare = { ...item, endpoint: { form, key } }
  if (isCredential(item)) {
    const { secret, refreshToken } = item
    const more = refreshToken === undefined ? {} : { refreshToken: refreshToken.expose() }
    return { ...bare, secret: secret.expose(), ...more }
  }
  return { ...bare, ...(item.erased === undefined ? {} : { erased: plain(item.erased) }) }
}
