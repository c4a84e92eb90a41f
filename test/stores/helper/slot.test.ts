import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Item, isKind, isNoteKind } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { unknownItem } from '../../../src/core/unknown-item.ts'
import { entryAt, entryFor, itemIn, valueFor } from '../../../src/stores/helper/server-entry.ts'
import { expectItems } from '../contract-world.ts'

test.each([
  ['https://docker.io', 'https://index.docker.io/v1/'],
  ['https://docker.io', 'docker.io'],
  ['https://index.docker.io/v1/access-token', 'https://index.docker.io/v1/access-token'],
  ['https://registry.example.com:5000', 'registry.example.com:5000'],
  ['https://registry.example.com', 'https://registry.example.com/'],
  ['https://registry.example.com', 'https://registry.example.com/v2/'],
  ['https://gcr.example.com/proj/img', 'gcr.example.com/proj/img'],
  ['http://registry.example.com', 'http://registry.example.com'],
  ['https://ghcr.io', 'Registry credentials for ghcr.io'],
])('%s is where docker stored it as %s', (key, server) => {
  expect(entryAt(server, 'alice')).toMatchObject({
    endpoint: { key },
    owner: 'docker',
    account: 'alice',
    kind: 'basic',
  })
})

test.each(['', 'a b', 'ftp://x', 'credbridge:', 'credbridge:git', 'credbridge::https://x', 'credbridge:%:x', '\u0000'])(
  'neither an entry of credbridge nor of docker: %j',
  (server) => {
    expect(entryAt(server, 'alice')).toBeUndefined()
  },
)

const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((any) => any.isWellFormed())
const endpoint = fc.oneof(
  text.map(serviceName),
  fc
    .constantFrom('https://a.example.com', 'http://a.example.com:81/x%20y/#', 'cert:///p', 'https://docker.io')
    .map(parseAddress),
)
const place = fc.record({ endpoint, account: text, owner: fc.oneof(fc.constantFrom('git', 'docker', 'python'), text) })
const item: fc.Arbitrary<Item> = fc
  .oneof(
    fc
      .record({ place, secret: text, kind: fc.constantFrom('basic', 'bearer', 'docker-identity', 'text') })
      .map(({ place, secret, kind }) => ({ ...place, kind, secret: new Secret(secret) })),
    fc.record({ place, kind: fc.constantFrom('ended', 'default') }).map(({ place, kind }) => ({ ...place, kind })),
    fc
      .record({ place, kind: text.filter((word) => !isKind(word) && !isNoteKind(word)), secret: text })
      .map(({ place, kind, secret }) => unknownItem(place, kind, new Secret(secret))),
  )
  .filter(({ owner }) => owner !== '')

test('any item can be read back from its slot, whose text no helper changes or treats as a path', () => {
  fc.assert(
    fc.property(item, (item) => {
      const slot = entryFor(item)
      const value = valueFor(item, slot)
      expect(entryAt(slot.server, slot.user)).toEqual(slot)
      expectItems([itemIn(slot, value)], [item])
      for (const part of [slot.server, slot.user]) expect(part).toMatch(/^[!-~]([ -~]*[!-~])?$/)
      if (value !== '') expect(value).toMatch(/^[!-~]([ -~]*[!-~])?$/)
      expect(slot.user).not.toMatch(/^\.{1,2}$|\//)
    }),
    { numRuns: 2000 },
  )
})

test('two places never have the same slot', () => {
  fc.assert(
    fc.property(item, item, (one, other) => {
      fc.pre(JSON.stringify([one.endpoint, one.owner]) !== JSON.stringify([other.endpoint, other.owner]))
      expect(entryFor(one).server).not.toBe(entryFor(other).server)
    }),
    { numRuns: 2000 },
  )
})
