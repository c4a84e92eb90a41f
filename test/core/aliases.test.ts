import { describe, expect, test } from 'vitest'
import { followAliases, originAt } from '../../src/core/aliases.ts'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'

const withAliases = followAliases({
  'ghcr.example.com': 'git.example.com',
  'registry.example.com:5000': 'git.example.com:8443',
  'git.example.com': 'third.example.com',
  'index.docker.io': 'mirror.example.com',
  'hub.example.com': 'registry-1.docker.io',
})
const keys = (...urls: string[]) => withAliases(urls.map(parseAddress)).map(({ key }) => key)

test.each([
  ['the host', 'https://ghcr.example.com', 'https://git.example.com'],
  ['its scheme stays', 'http://ghcr.example.com', 'http://git.example.com'],
  ['its path stays', 'https://ghcr.example.com/team/repo', 'https://git.example.com/team/repo'],
  ['in capitals', 'https://GHCR.example.com', 'https://git.example.com'],
  ['the port', 'https://registry.example.com:5000', 'https://git.example.com:8443'],
  ['the default port', 'https://ghcr.example.com:443', 'https://git.example.com'],
  ['a spelling of Docker Hub', 'https://docker.io', 'https://mirror.example.com'],
  ['to a spelling of Docker Hub', 'https://hub.example.com', 'https://docker.io'],
])('%s', (_what, from, to) => {
  expect(keys(from)).toEqual([parseAddress(from).key, to])
})

test('the endpoints that were asked for come first, all of them', () => {
  expect(keys('https://ghcr.example.com/a', 'https://ghcr.example.com')).toEqual([
    'https://ghcr.example.com/a',
    'https://ghcr.example.com',
    'https://git.example.com/a',
    'https://git.example.com',
  ])
})

test.each([
  ['a subdomain', 'https://a.ghcr.example.com'],
  ['another port', 'https://ghcr.example.com:8443'],
  ['no port where one is written', 'https://registry.example.com'],
  ['a look-alike', 'https://ghcr.example.com.evil.example.com'],
  ['the other way round', 'https://third.example.com'],
])('never: %s', (_what, from) => {
  expect(keys(from)).toEqual([from])
})

test('a service name has no host', () => {
  const name = serviceName('ghcr.example.com')
  expect(withAliases([name])).toEqual([name])
})

describe('a name in the aliases', () => {
  test.each(['https://a.example.com', 'a.example.com/x', 'alice@a.example.com', '*.example.com', '', 'a:99999', 'a b'])(
    'is not %j',
    (name) => expect(() => originAt('https', name)).toThrow(expect.objectContaining({ code: 'malformed' })),
  )
})
