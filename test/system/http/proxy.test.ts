import { expect, test } from 'vitest'
import { proxyFor } from '../../../src/system/http/proxy.ts'

const usual = { HTTPS_PROXY: 'http://proxy.example.com:3128' }

function isProxied(host: string, exceptions: string, port = 443): boolean {
  return proxyFor({ host, port, secure: true }, { ...usual, NO_PROXY: exceptions }) !== undefined
}

test.each([
  ['git.example.com', 'git.example.com'],
  ['git.example.com', 'GIT.example.com'],
  ['git.example.com', 'example.com'],
  ['git.example.com', '.example.com'],
  ['git.example.com', '*.example.com'],
  ['git.example.com', 'example.com.'],
  ['git.example.com', 'a.example.com, example.com'],
  ['git.example.com', 'a.example.com example.com'],
  ['git.example.com', '*'],
  ['git.example.com', 'git.example.com:443'],
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7', '192.0.2.0/24'],
  ['192.0.2.7', '0.0.0.0/0'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]', '[2001:db8::1]:443'],
])('%s is asked directly with NO_PROXY=%s', (host, exceptions) => {
  expect(isProxied(host, exceptions)).toBe(false)
})

test.each([
  ['git.example.com', ''],
  ['git.example.com', ','],
  ['git.example.com', '.'],
  ['git.example.com', 'it.example.com'],
  ['git.example.com', 'git.example.com:8443'],
  ['git.example.com', 'a.git.example.com'],
  ['git.example.community', 'example.com'],
  ['192.0.2.7', '2.7'],
  ['192.0.2.7', '192.0.3.0/24'],
  ['192.0.2.7', '192.0.2.0/33'],
  ['192.0.2.7', '192.0.2.0/'],
  ['git.example.com', '192.0.2.0/24'],
  ['[2001:db8::1]', '2001:db8::2'],
])('%s is asked by the proxy with NO_PROXY=%s', (host, exceptions) => {
  expect(isProxied(host, exceptions)).toBe(true)
})

test('the names in lower case take precedence, and empty ones do not count', () => {
  const server = { host: 'git.example.com', port: 443, secure: true }
  const named = (env: Record<string, string>) => proxyFor(server, env)?.host
  expect(named({ ...usual, https_proxy: 'http://other.example.com' })).toBe('other.example.com')
  expect(named({ ...usual, https_proxy: '' })).toBe('proxy.example.com')
  expect(named({ ...usual, NO_PROXY: '*', no_proxy: 'a.example.com' })).toBe('proxy.example.com')
  expect(named({ HTTP_PROXY: 'http://proxy.example.com' })).toBeUndefined()
})

test.each([
  ['proxy.example.com', { host: 'proxy.example.com', port: 80, secure: false, authorization: undefined }],
  ['http://proxy.example.com:3128/', { host: 'proxy.example.com', port: 3128, secure: false }],
  ['https://proxy.example.com', { host: 'proxy.example.com', port: 443, secure: true }],
  ['http://[2001:db8::1]:3128', { host: '[2001:db8::1]', port: 3128 }],
  ['http://a%40b:c%3Ad@proxy.example.com', { authorization: `Basic ${Buffer.from('a@b:c:d').toString('base64')}` }],
])('%s', (address, proxy) => {
  expect(proxyFor({ host: 'git.example.com', port: 443, secure: true }, { HTTPS_PROXY: address })).toMatchObject(proxy)
})

test.each(['localhost', '127.0.0.1', '127.8.9.1', '[::1]'])('%s is asked directly always', (host) => {
  expect(isProxied(host, '')).toBe(false)
})
