import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseAddress, sameEndpoint, serviceName } from '../../src/core/endpoint.ts'
import { isFailure } from '../../src/core/failure.ts'

/** The key, then other spellings of the same address. */
const classes: readonly (readonly [key: string, ...others: string[]])[] = [
  [
    'https://example.com',
    'https://example.com/',
    'https://example.com//',
    'HTTPS://EXAMPLE.COM',
    'https://Example.com:443',
    'https://example.com:0443/',
    'https://example.com:',
    'https://alice@example.com',
    'https://alice:p%40ss@example.com/',
    'https://a@b@example.com',
    'https://:@example.com',
    'https://example.com?query',
    'https://example.com/?a=b/c',
    'https://example.com#fragment',
    'https://example.com/#a/b',
    'https://example.com/.',
    'https://example.com/a/..',
    'https://example.com/../..',
    'https://example.com/%2e%2E/.',
    'sparse+https://example.com/',
    'SPARSE+HTTPS://example.com',
  ],
  ['http://example.com', 'http://example.com:80', 'http://EXAMPLE.com/'],
  ['https://example.com:8443', 'https://example.com:08443/', 'https://u@EXAMPLE.com:8443?x'],
  ['https://example.com:80', 'https://example.com:80/'],
  [
    'https://example.com/a/b',
    'https://example.com/a/b/',
    'https://example.com/a/b//',
    'https://example.com//a/b',
    'https://example.com/a/./b',
    'https://example.com/a/x/../b',
    'https://example.com/%61/%62',
    'https://example.com/a/b?x#y',
  ],
  ['https://example.com/A%20b~c', 'https://example.com/A b%7Ec', 'https://example.com/%41%20b~c'],
  ['https://example.com/%2F', 'https://example.com/%2f'],
  ['https://example.com/a%25b', 'https://example.com/a%b', 'https://example.com/a%25b/'],
  ['https://example.com/%C3%BC', 'https://example.com/ü', 'https://example.com/%c3%bc'],
  ['https://example.com/%0A%00', 'https://example.com/\n\0'],
  ["https://example.com/!$&'()*+,;=:@", "https://example.com/!$&'()*+,;=:@/"],
  [
    'https://xn--bcher-kva.example.com',
    'https://bücher.example.com',
    'https://BÜCHER.example.com',
    'https://XN--BCHER-KVA.example.com',
  ],
  ['https://[::1]', 'https://[0:0:0:0:0:0:0:1]', 'https://[::0001]:443/', 'https://u:p@[::1]'],
  ['https://[fe80::ab]:8443', 'https://[FE80::AB]:8443', 'https://[fe80:0::00ab]:8443/'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
  ['ssh://git.example.com', 'ssh://git@git.example.com:22', 'git+ssh://git.example.com'],
  ['imaps://mail.example.com', 'imaps://mail.example.com:993'],
  ['smtp://mail.example.com:587'],
  ['cert:///home/alice/client.pem', 'cert:///home/alice/./client.pem'],
]

describe('one address', () => {
  test.each(classes)('%s', (key, ...others) => {
    for (const spelling of [key, ...others]) {
      const parsed = parseAddress(spelling)
      expect(parsed).toEqual(parseAddress(key))
      expect(parsed).toMatchObject({ form: 'address', key })
    }
  })

  test('different ones are different', () => {
    const keys = classes.map(([key]) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('must differ', () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['https://example.com', 'http://example.com'],
    ['https://example.com', 'https://example.com:8443'],
    ['https://example.com:80', 'http://example.com'],
    ['http://example.com:443', 'https://example.com'],
    ['https://example.com', 'https://sub.example.com'],
    ['https://example.com', 'https://example.com.evil.example'],
    ['https://example.com', 'https://example.com.'],
    ['https://example.com', 'https://evil-example.com'],
    ['https://example.com', 'https://example.com@evil.example'],
    ['https://example.com/a', 'https://example.com/A'],
    ['https://example.com/a', 'https://example.com/ab'],
    ['https://example.com/a/b', 'https://example.com/a'],
    ['https://example.com/a/b', 'https://example.com/a%2Fb'],
    ['https://example.com/a/b', 'https://example.com/a//b'],
    ['https://example.com/a.git', 'https://example.com/a'],
    ['https://example.com/a+b', 'https://example.com/a%20b'],
    ['https://example.com/a%2Bb', 'https://example.com/a+b'],
    ['https://example.com/%2541', 'https://example.com/A'],
    ['https://example.com/é', 'https://example.com/e\u0301'],
    ['https://localhost', 'https://127.0.0.1'],
    ['https://[::1]', 'https://[::2]'],
    ['ssh://example.com', 'https://example.com'],
    ['cert:///a', 'cert:///b'],
    ['cert://example.com/a', 'cert:///a'],
  ]
  test.each(pairs)('%s and %s', (one, other) => {
    expect(parseAddress(one).key).not.toBe(parseAddress(other).key)
    expect(sameEndpoint(parseAddress(one), parseAddress(other))).toBe(false)
  })

  test('an address and a service name of the same text', () => {
    expect(sameEndpoint(parseAddress('https://example.com'), serviceName('https://example.com'))).toBe(false)
  })

  test.each([
    ['example.com', 'EXAMPLE.com'],
    ['example.com', 'example.com/'],
    ['example.com', 'example.com:443'],
    ['https://example.com', 'https://example.com/'],
    ['', ' '],
  ])('the service names %j and %j', (one, other) => {
    expect(sameEndpoint(serviceName(one), serviceName(other))).toBe(false)
  })
})

describe('no address', () => {
  const bad: readonly (readonly [why: string, string])[] = [
    ['nothing', ''],
    ['no scheme', 'example.com'],
    ['no scheme, with a port', 'example.com:443'],
    ['an empty scheme', '://example.com'],
    ['one slash', 'https:/example.com'],
    ['a scheme with a space', 'ht tp://example.com'],
    ['a scheme that begins with a digit', '1http://example.com'],
    ['a scheme with a line feed', 'https\n://example.com'],
    ['a scheme that is not ASCII', 'hťtps://example.com'],
    ['nothing before the plus sign’s scheme', 'sparse+://example.com'],
    ['no host', 'https://'],
    ['no host but a path', 'https:///path'],
    ['no host but a user', 'https://alice@'],
    ['no host but a port', 'https://:443'],
    ['no host but a query', 'https://?x'],
    ['cert without anything', 'cert://'],
    ['cert with slashes only', 'cert:////'],
    ['a host with a space', 'https://exa mple.com'],
    ['a host with a line feed', 'https://example.com\nhost=evil.example'],
    ['a host with a carriage return', 'https://example.com\r'],
    ['a host with a NUL', 'https://example.com\0.evil.example'],
    ['a host with a tab', 'https://exam\tple.com'],
    ['a host with an escape', 'https://ex%61mple.com'],
    ['a host with a backslash', 'https://example.com\\evil.example'],
    ['a host for some, a user for others', 'https://example.com\\@evil.example'],
    ['a host with a quote', "https://example.com'"],
    ['a host that becomes another character', 'https://example.com\uff0fevil.example'],
    ['a host that becomes two characters', 'https://example.c\u2100.evil.example'],
    ['half a character in the host', 'https://ex\ud800mple.com'],
    ['half a character in the path', 'https://example.com/\udc00'],
    ['a port that is no number', 'https://example.com:https'],
    ['a port of 0', 'https://example.com:0'],
    ['a port over 65535', 'https://example.com:65536'],
    ['a port with very many digits', `https://example.com:${'0'.repeat(99)}443`],
    ['a port with a sign', 'https://example.com:+443'],
    ['a port with a space', 'https://example.com: 443'],
    ['two ports', 'https://example.com:443:443'],
    ['a port in other digits', 'https://example.com:４４３'],
    ['IPv6 without brackets', 'https://::1'],
    ['IPv6 without an end', 'https://[::1'],
    ['IPv6 with something behind it', 'https://[::1]x'],
    ['IPv6 with a zone', 'https://[fe80::1%25eth0]'],
    ['IPv6 that is none', 'https://[::g]'],
    ['IPv6 with too many parts', 'https://[1:2:3:4:5:6:7:8:9]'],
    ['empty brackets', 'https://[]'],
  ]
  test.each(bad)('%s: %j', (_, text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  test('its user, password, query and host are not repeated', () => {
    for (const url of ['https://alice:hidden@exa mple.com', 'https://h h?hidden', 'https://hidden\n', 'hidden\n://x']) {
      const error = thrownBy(() => parseAddress(url))
      expect(isFailure(error)).toBe(true)
      expect(inspect(error)).not.toContain('hidden')
    }
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
