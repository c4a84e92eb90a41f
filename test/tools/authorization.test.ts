import { expect, test } from 'vitest'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { authorizationOf } from '../../src/tools/authorization.ts'

const endpoint = parseAddress('https://npm.example.com')
const kept = (more: Partial<Credential>): Credential => ({
  endpoint,
  account: 'ann',
  owner: 'person',
  kind: 'bearer',
  secret: new Secret('t0ken'),
  ...more,
})

test.each<[Partial<Credential>, string]>([
  [{}, 'Bearer t0ken'],
  [{ kind: 'basic' }, `Basic ${Buffer.from('ann:t0ken').toString('base64')}`],
  [{ kind: 'header', scheme: 'Token' }, 'Token t0ken'],
])('%j goes out as %s', (more, header) => {
  expect(authorizationOf(kept(more))).toBe(header)
})

test.each<[string, Partial<Credential>]>([
  ['a header without a scheme is not taken for Bearer', { kind: 'header' }],
  ['a line break is no part of a token', { secret: new Secret('t0\nken') }],
  ['a colon would end the user name', { kind: 'basic', account: 'a:b' }],
])('%s', (_, more) => {
  expect(() => authorizationOf(kept(more))).toThrow(expect.objectContaining({ code: 'malformed' }))
})
