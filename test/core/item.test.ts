import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Credential, type Item, isCredential, isUnknown, kinds, notes, python } from '../../src/core/credential.ts'
import { encodeItem, encodeRecord, sameStored } from '../../src/core/encode-item.ts'
import { type Endpoint, parseAddress, sameEndpoint, serviceName } from '../../src/core/endpoint.ts'
import { decodeItem, endpointFromKey, keyFromEndpoint, serviceOf } from '../../src/core/item.ts'
import { Secret } from '../../src/core/secret.ts'

/*
 * What one release wrote lies in people's keychains and is read by every later one (docs/item-layout.md). So the files
 * in test/core/golden may only be added to: a line that has been released is never changed and never removed.
 * `only-read.json` holds what no release writes and every release reads, or refuses, as it says; `later.json` what a later
 * release writes in these records, and every release carries along.
 */

interface PlainItem {
  readonly endpoint: { readonly form: string; readonly key: string }
  readonly account: string
  readonly owner: string
  readonly kind: string
  readonly secret?: string
  readonly refreshToken?: string
  readonly parts?: Readonly<Record<string, string>>
  readonly spelling?: string
  readonly more?: unknown
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
    const seen = golden<Golden>(file).map(({ item }) => item.kind)
    expect(seen).toEqual(expect.arrayContaining([...kinds, ...notes]))
  })
})

describe('what a later release writes', () => {
  test.each(golden<Golden>('later.json'))('$name', ({ item, service, account, value }) => {
    const read = decodeItem(placeIn(service, item.owner, account), value)
    expect(plain(read)).toEqual(item)
    expect(serviceOf(read)).toBe(service)
    expect(encodeItem(read)).toBe(value)
  })

  test('no member of it can be seen by accident', () => {
    const value = 'credbridge:1:{"kind":"KIND","secret":"hidden","parts":{"a":"hidden"},"later":{"hidden":"hidden"}}'
    for (const kind of ['basic', 'ended', 'passkey']) {
      const item = decodeItem(placeIn('git:https://git.example.com', 'git', 'alice'), value.replace('KIND', kind))
      expect(inspect(item, { depth: 9, showHidden: true }) + JSON.stringify(item)).not.toContain('hidden')
    }
  })

  test('two spellings of one record are the same, two records are not', () => {
    const at = placeIn('git:https://git.example.com', 'git', 'alice')
    const read = (json: string) => decodeItem(at, `credbridge:1:${json}`)
    for (const kind of ['basic', 'default', 'passkey']) {
      const item = read(`{"kind":"${kind}","secret":"s","later":"\u00e9"}`)
      expect(sameStored(item, read(`{ "kind": "${kind}", "secret": "s",\n"later": "\\u00e9" }`))).toBe(true)
      expect(sameStored(item, read(`{"kind":"${kind}","secret":"s","later":"e"}`))).toBe(false)
      expect(sameStored(item, read(`{"kind":"${kind}","secret":"s"}`))).toBe(false)
    }
    expect(sameStored(decodeItem(at, 'credbridge:2:a'), decodeItem(at, 'credbridge:2:a '))).toBe(false)
  })
})

describe('what no release writes', () => {
  test.each(golden<OnlyRead>('only-read.json'))('$name', ({ service, account, value, ...outcome }) => {
    const read = () => plain(decodeItem(placeIn(service, 'git', account), value))
    if ('item' in outcome) {
      expect(read()).toEqual(outcome.item)
      const item = decodeItem(placeIn(service, 'git', account), value)
      expect(membersIn(encodeRecord(item))).toEqual(membersIn(value))
    } else expect(read).toThrow(expect.objectContaining({ code: outcome.failure }))
  })

  test('a failure to read says nothing of what was read', () => {
    const at = placeIn('git:https://git.example.com', 'git', 'alice')
    for (const value of ['credbridge:1:{"kind":"hidden', 'credbridge:1:{"kind":"basic","secret":["hidden"]}']) {
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
    ['parts', { ...item, parts: {} }],
    ['a spelling', { ...item, spelling: 'X' }],
    ['members of a later version', { ...item, more: new Secret('{"a":1}') }],
    ['a kind of a later version', { ...item, kind: 'passkey', value: new Secret('credbridge:1:{"kind":"passkey"}') }],
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

  const taken = ['kind', 'secret', 'scheme', 'expires', 'refreshToken', 'parts', 'spelling']
  const later = fc
    .dictionary(
      text.filter((name) => !taken.includes(name)),
      fc.jsonValue(),
    )
    .filter((members) => Object.keys(members).length > 0)

  test('comes back as it was', () => {
    const more = fc.record(
      {
        scheme: text,
        expires: fc.nat(),
        refreshToken: secret.map((it) => new Secret(it)),
        parts: fc.dictionary(
          text,
          secret.map((it) => new Secret(it)),
        ),
        spelling: text,
        more: later.map((it) => new Secret(JSON.stringify(it))),
      },
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
    ...(item.parts === undefined ? {} : { parts: mapped(item.parts, (text) => new Secret(text)) }),
    ...(item.erased === undefined ? {} : { erased: build(item.erased) }),
  } as Item
}

function plain(item: Item): unknown {
  const { form, key } = item.endpoint
  if (isUnknown(item)) {
    const { account, owner, kind } = item
    return { endpoint: { form, key }, account, owner, kind }
  }
  const more = item.more === undefined ? {} : { more: JSON.parse(item.more.expose()) }
  const bare = { ...item, endpoint: { form, key }, ...more }
  if (!isCredential(item)) return { ...bare, ...(item.erased === undefined ? {} : { erased: plain(item.erased) }) }
  const { secret, refreshToken, parts } = item
  return {
    ...bare,
    secret: secret.expose(),
    ...(refreshToken === undefined ? {} : { refreshToken: refreshToken.expose() }),
    ...(parts === undefined ? {} : { parts: mapped(parts, (part) => part.expose()) }),
  }
}

function mapped<A, B>(from: Readonly<Record<string, A>>, to: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]))
}

/** What is in a record, however it is spelled; of anything else its text. */
function membersIn(value: string): unknown {
  return value.startsWith('credbridge:1:') ? JSON.parse(value.slice('credbridge:1:'.length)) : value
}
