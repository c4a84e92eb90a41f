import { expect, test } from 'vitest'
import { hostAndPort, parseAddress } from '../../src/core/endpoint.ts'

test.each([
  'https://docker.io',
  'https://docker.io/',
  'https://index.docker.io/v1/',
  'https://index.docker.io/v1',
  'https://index.docker.io',
  'https://INDEX.docker.io:443/v1/',
  'https://registry-1.docker.io',
  'https://registry-1.docker.io/v2/',
])('%s is Docker Hub', (url) => {
  expect(parseAddress(url)).toEqual(parseAddress('https://docker.io'))
  expect(hostAndPort(parseAddress(url))).toBe('docker.io')
})

test.each([
  'http://docker.io',
  'https://docker.io:5000',
  'https://hub.docker.io',
  'https://docker.io.example.com',
  'https://docker.io/library/alpine',
  'https://index.docker.io/v1/access-token',
  'https://index.docker.io/v1/refresh-token',
])('%s is not, and stays apart from all others', (url) => {
  expect(parseAddress(url).key).toBe(url)
})
