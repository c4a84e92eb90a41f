import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressOf,
  hostAndPort,
  parseAddress,
  parseEndpoint,
  sameEndpoint,
  serviceName,
  userIn,
  withParents,
} from '../../src/core/endpoint.ts'

describe('from parts, as git sends them', () => {
  test('the path is plain text', () => {
    const at = addressOf({ scheme: 'HTTPS', host: 'Example.com:443', path: '/a b/%41?#.git' })
    expect(at.key).toBe('https://example.com/a%20b/%2541%3F%23.git')
    expect(at).toEqual(parseAddress(at.key))
  })

  test.each([undefined, '', '/', '//'])('the path %j is none', (path) => {
    const parts = { scheme: 'https', host: 'example.com', ...(path === undefined ? {} : { path }) }
    expect(addressOf(parts).key).toBe('https://example.com')
  })

  test.each(['', 'alice@example.com', 'example.com/x', 'example.com?x', 'example.com\n', 'a b'])(
    'the host %j is none',
    (host) => {
      expect(() => addressOf({ scheme: 'https', host })).toThrow(expect.objectContaining({ code: 'malformed' }))
    },
  )

  test.each(['', 'https:', 'https://', 'ht\ntps'])('the scheme %j is none', (scheme) => {
    expect(() => addressOf({ scheme, host: 'example.com' })).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  test('cert has a path and no host', () => {
    expect(addressOf({ scheme: 'cert', host: '', path: '/home/alice/a b.pem' }).key).toBe(
      'cert:///home/alice/a%20b.pem',
    )
    expect(() => addressOf({ scheme: 'cert', host: '' })).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  test('ssh-key has an absolute path and nothing else', () => {
    expect(addressOf({ scheme: 'ssh-key', host: '', path: '/home/alice/100%' }).key).toBe(
      'ssh-key:///home/alice/100%25',
    )
    for (const path of ['/k/a%41', '/k/a?b#c', '/k/a\\b', "/k/it's a key", '/k/ключ', '/K/k', '/k/100%']) {
      const at = addressOf({ scheme: 'ssh-key', host: '', path })
      expect(parseAddress(at.key)).toEqual(at)
      expect(decodeURIComponent(at.path)).toBe(path.slice(1))
    }
    for (const url of ['ssh-key://home/alice/.ssh/id', 'ssh-key://~/.ssh/id', 'ssh-key://:22/home/alice/.ssh/id']) {
      expect(() => parseAddress(url), url).toThrow('ssh-key:///path')
    }
    expect(() => addressOf({ scheme: 'ssh-key', host: '' })).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

test('what a person types is an address if it has a scheme', () => {
  expect(parseEndpoint('https://Example.com/').key).toBe('https://example.com')
  expect(parseEndpoint('Example.com/')).toEqual(serviceName('Example.com/'))
})

test.each([
  ['https://alice@example.com', 'alice'],
  ['https://al%40ice:pass:word@example.com/a', 'al@ice'],
  ['https://a@b@example.com', 'a@b'],
  ['https://example.com', undefined],
  ['https://@example.com', undefined],
  ['https://:password@example.com', undefined],
  ['https://example.com/a@b', undefined],
  ['https://example.com?a@b', undefined],
  ['https://example.com#a@b', undefined],
  ['alice@example.com', undefined],
])('%s names the user %j', (url, user) => {
  expect(userIn(url)).toBe(user)
})

test('a user that cannot be decoded is malformed, and not repeated', () => {
  for (const url of ['https://%zz-hidden@example.com', 'https://%ff@example.com'])
    expect(() => userIn(url)).toThrow(
      expect.objectContaining({ code: 'malformed', message: expect.not.stringMatching(/hidden/) }),
    )
})

test('host and port, as docker spells an origin', () => {
  expect(hostAndPort(parseAddress('https://EXAMPLE.com:443/x'))).toBe('example.com')
  expect(hostAndPort(parseAddress('http://[::1]:5000'))).toBe('[::1]:5000')
})

describe('parents', () => {
  const keys = (url: string) => withParents(parseAddress(url)).map(({ key }) => key)

  test('end at slashes, the longest first, the origin last', () => {
    expect(keys('https://example.com:8443/a/bc/d%2Fe')).toEqual([
      'https://example.com:8443/a/bc/d%2Fe',
      'https://example.com:8443/a/bc',
      'https://example.com:8443/a',
      'https://example.com:8443',
    ])
    expect(keys('https://example.com')).toEqual(['https://example.com'])
  })

  test('have no empty end', () => {
    expect(keys('https://example.com/a///b')).toEqual([
      'https://example.com/a///b',
      'https://example.com/a',
      'https://example.com',
    ])
  })

  test('are found for the deepest path, too', () => {
    const deep = parseAddress(`https://example.com${'/a'.repeat(20_000)}`)
    expect(withParents(deep)).toHaveLength(66)
    expect(withParents(deep)[0]).toEqual(deep)
    expect(withParents(deep)[1]?.path).toBe(`${'a/'.repeat(63)}a`)
    for (const segments of [64, 65, 66]) {
      const parents = withParents(parseAddress(`https://example.com${'/a'.repeat(segments)}`))
      expect(parents).toHaveLength(Math.min(segments + 1, 66))
      expect(parents.at(-2)?.path).toBe('a')
    }
  })
})

describe('any text', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '/',
      '//',
      '.',
      '..',
      '%2e',
      '%2F',
      '%',
      '%zz',
      ':',
      '@',
      '?',
      '#',
      '[',
      ']',
      '::1',
      '443',
      '\\',
      '\n',
    ),
  )
  const tail = fc.array(part).map((parts) => parts.join(''))
  const url = fc.oneof(
    fc
      .tuple(fc.constantFrom('https', 'HTTP', 'sparse+https', 'ssh', 'x'), tail)
      .map(([scheme, rest]) => `${scheme}://${rest}`),
    tail.map((rest) => `https://example.com/${rest}`),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
  )

  test('is an address in canonical form, or malformed', () => {
    const property = fc.property(url, (text) => {
      const at = parsed(text)
      if (at === undefined) return
      expect(parseAddress(at.key)).toEqual(at)
      expect(at.key).toMatch(/^[a-z][a-z0-9.-]*:\/\/([a-z0-9._~-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]*)?(\/[!-~]+)?$/)
      expect(at.path).not.toMatch(/[?#\\"<>]|^\/|\/$|(^|\/)\.\.?(\/|$)/)
      expect(at.host).not.toContain('@')
      for (const parent of withParents(at)) expect(parseAddress(parent.key)).toEqual(parent)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  test('in a path is kept apart from every other', () => {
    const segment = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[/]|^\.\.?$/.test(text))
    const address = (text: string) => addressOf({ scheme: 'https', host: 'example.com', path: `a/${text}/b` })
    const property = fc.property(segment, segment, (one, other) => {
      expect(sameEndpoint(address(one), address(other))).toBe(one === other)
      expect(decodeURIComponent(address(one).path)).toBe(`a/${one}/b`)
    })
    fc.assert(property)
  })

  test('as user, query or fragment changes nothing', () => {
    const userInfo = fc.string({ unit: 'binary' }).filter((text) => !/[/?#\\]/.test(text))
    const property = fc.property(userInfo, tail, (user, rest) => {
      const plain = parseAddress('https://example.com/a')
      expect(parseAddress(`https://${user}@example.com/a`)).toEqual(plain)
      expect(parseAddress(`https://example.com/a?${rest}`)).toEqual(plain)
      expect(parseAddress(`https://example.com/a#${rest}`)).toEqual(plain)
    })
    fc.assert(property)
  })
})

function parsed(text: string) {
  try {
    return parseAddress(text)
  } catch (error) {
    expect(error).toMatchObject({ code: 'malformed' })
    return undefined
  }
}
