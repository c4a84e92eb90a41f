import { assert, constantFrom, domain, option, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { endpointOf, isServer, serverOf } from '../../../src/tools/docker/address.ts'

const same: readonly (readonly [string, readonly string[]])[] = [
  [
    'https://docker.io',
    [
      'docker.io',
      'index.docker.io',
      'registry-1.docker.io',
      'https://index.docker.io/v1/',
      'https://index.docker.io/v1',
      'index.docker.io/v1/',
      'https://docker.io',
      'https://registry-1.docker.io/v2/',
    ],
  ],
  [
    'https://registry.example.com',
    [
      'registry.example.com',
      'REGISTRY.example.com',
      'registry.example.com/',
      'registry.example.com:443',
      '//registry.example.com',
      'https://registry.example.com',
      'HTTPS://registry.example.com/',
      'https://registry.example.com/v1/',
      'https://registry.example.com/v2',
    ],
  ],
  ['http://registry.example.com', ['http://registry.example.com', 'http://registry.example.com:80/v2/']],
  [
    'https://registry.example.com:5000',
    ['registry.example.com:5000', '//registry.example.com:5000', 'https://registry.example.com:5000/v2/'],
  ],
  ['https://127.0.0.1:5000', ['127.0.0.1:5000']],
  ['https://[::1]:5000', ['[::1]:5000', 'https://[0:0::1]:5000']],
  ['https://gcr.example.com/proj/img', ['gcr.example.com/proj/img', 'gcr.example.com/proj/img/']],
  [
    'https://index.docker.io/v1/access-token',
    ['https://index.docker.io/v1/access-token', 'index.docker.io/v1/access-token'],
  ],
  ['https://index.docker.io/v1/refresh-token', ['https://index.docker.io/v1/refresh-token']],
]

describe('one endpoint', () => {
  test.each(same)('%s', (key, spellings) => {
    expect(spellings.map((server) => endpointOf(server).key)).toEqual(spellings.map(() => key))
  })

  test('all endpoints differ', () => {
    expect(new Set(same.map(([key]) => key)).size).toBe(same.length)
  })
})

test.each([
  ['registry.example.com/v1', 'https://registry.example.com/v1'],
  ['docker.io/library/alpine', 'https://docker.io/library/alpine'],
  ['https://registry.example.com/v2/team', 'https://registry.example.com/v2/team'],
])('%s is a repository, not the host', (server, key) => {
  expect(endpointOf(server).key).toBe(key)
})

test.each([
  'registry.example.com\r',
  'registry.example.com\n.evil.example.com',
  'registry.example.com\0',
  'registry .example.com',
  'alice@registry.example.com',
  '//alice@registry.example.com',
  '//',
  '///registry.example.com',
  'https://registry.example.com@evil.example.com',
  'ftp://registry.example.com',
  'sparse+https://registry.example.com',
  'https://',
  '/v1/',
  '://x',
  'registry.example.com:port',
  'registry.example.com:99999',
  'https://[::1',
  'evil.example.com\\@registry.example.com',
  'a'.repeat(4097),
])('%j is no server', (server) => {
  expect(() => endpointOf(server)).toThrow(expect.objectContaining({ code: 'malformed' }))
})

describe('the spelling that docker keeps', () => {
  test.each([
    ['https://docker.io', 'https://index.docker.io/v1/'],
    ['https://index.docker.io/v1/access-token', 'https://index.docker.io/v1/access-token'],
    ['https://registry.example.com', 'registry.example.com'],
    ['https://registry.example.com:5000', 'registry.example.com:5000'],
    ['http://registry.example.com', 'http://registry.example.com'],
    ['https://gcr.example.com/proj/img', 'gcr.example.com/proj/img'],
  ])('%s is %s', (key, server) => {
    expect(serverOf(parseAddress(key))).toBe(server)
    expect(isServer(parseAddress(key))).toBe(true)
  })

  test.each(['http://registry.example.com/v2', 'ssh://registry.example.com'])('%s has no spelling', (key) => {
    expect(isServer(parseAddress(key))).toBe(false)
  })

  test('a service name has no spelling', () => {
    expect(isServer(serviceName('registry.example.com'))).toBe(false)
  })

  test('reads back as the same endpoint', () => {
    const scheme = constantFrom('', 'https://', 'http://', 'HTTPS://')
    const port = constantFrom('', ':443', ':80', ':5000')
    const path = constantFrom('', '/', '/v1/', '/v2', '/v1/access-token', '/team/repo', '/a%7Eb', '/v1/v2', '//x')
    const host = domain().filter((name) => name.length < 200)
    assert(
      property(tuple(scheme, option(host, { nil: 'index.docker.io' }), port, path), (parts) => {
        const at = endpointOf(parts.join(''))
        expect(endpointOf(serverOf(at))).toEqual(at)
        expect(isServer(at)).toBe(true)
      }),
    )
  })
})
