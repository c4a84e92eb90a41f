import { describe, expect, test } from 'vitest'
import { standingOf } from '../../src/commands/standing.ts'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import type { Grant } from '../../src/core/grant.ts'
import { Secret } from '../../src/core/secret.ts'
import { tokenCredential } from '../../src/core/token.ts'

const now = new Date(2027, 0, 20, 12).getTime()
const seconds = now / 1000
const hour = 3600
const week = 7 * 24 * hour

const place = { endpoint: parseAddress('https://git.example.com'), account: 'ann', owner: 'person' }
const renewal = { issuer: 'https://git.example.com', clientId: 'c', tokenEndpoint: 'https://git.example.com/token' }
const login = 'credbridge login https://git.example.com ann'

function token(expires: number, grant: Partial<Grant> = {}): Credential {
  const whole = { provider: 'gitea', scopes: [], ...grant }
  return tokenCredential(place, whole, { accessToken: new Secret('at'), refreshToken: new Secret('rt'), expires })
}

const password: Credential = { ...place, kind: 'basic', secret: new Secret('s') }

test('a token that renews itself needs nobody, also after its end', () => {
  const ends = (seconds - hour) * 1000
  expect(standingOf(token(seconds - hour, { renewal }), now)).toEqual({ ends, renewedBy: 'credbridge', troubles: [] })
})

test.each([
  [hour, 'cannot be renewed again', false],
  [-hour, 'can no longer be renewed', true],
])('a token that the provider renews no longer, %i s before its end', (left, says, isDead) => {
  const { troubles } = standingOf(token(seconds + left, { renewal, ended: now - 1 }), now)
  expect(troubles).toEqual([{ says, isDead, fix: login }])
})

test('a token whose move was interrupted names the command that completes it', () => {
  const fix = 'credbridge move https://git.example.com --to vault'
  const says = 'was being moved to the vault store, which was interrupted'
  expect(standingOf(token(seconds + hour, { renewal, movingTo: 'vault' }), now).troubles).toEqual([
    { says, isDead: false, fix },
  ])
})

test.each([
  [week + hour, []],
  [hour, [{ says: 'expires 13:00', isDead: false, fix: login }]],
  [-hour, [{ says: 'expired 11:00', isDead: true, fix: login }]],
])('a token that nothing renews, %i s before its end', (left, troubles) => {
  const { refreshToken: _, ...item } = token(seconds + left)
  expect(standingOf(item, now)).toEqual({ ends: (seconds + left) * 1000, troubles })
})

test('a password that ends is set anew, and one that its tool renews needs nobody', () => {
  const ending = { ...password, expires: seconds + hour }
  const fix = 'credbridge set https://git.example.com ann'
  expect(standingOf(ending, now).troubles).toEqual([{ says: 'expires 13:00', isDead: false, fix }])
  expect(standingOf({ ...ending, refreshToken: new Secret('r') }, now)).toMatchObject({
    renewedBy: 'its tool',
    troubles: [],
  })
  expect(standingOf(password, now)).toEqual({ troubles: [] })
})

describe('a kind of secret that its provider ends', () => {
  const at = (host: string, secret: string) =>
    standingOf({ ...password, endpoint: parseAddress(`https://${host}`), secret: new Secret(secret) }, now).troubles

  test('is known by its beginning', () => {
    const says = 'may not last: app passwords have stopped working on 28 July 2026'
    expect(at('bitbucket.org', 'ATBBx')).toEqual([
      { says, isDead: false, fix: 'credbridge login https://bitbucket.org' },
    ])
    expect(at('bitbucket.org', 'ATATTx')).toEqual([])
    expect(at('git.example.com', 'ATBBx')).toEqual([])
  })

  test('also as a token that a person made, and not as one that renews itself', () => {
    const endpoint = parseAddress('https://dev.azure.com/team')
    const issued = { accessToken: new Secret('at'), refreshToken: new Secret('rt') }
    const { refreshToken: _, ...made } = issued
    const grant = { provider: 'azure-devops', scopes: [] }
    const of = (item: Credential) => standingOf(item, now).troubles
    expect(of(tokenCredential({ ...place, endpoint }, grant, made))).toMatchObject([{ isDead: false }])
    expect(of(tokenCredential({ ...place, endpoint }, { ...grant, renewal }, issued))).toEqual([])
  })

  test('or by its host', () => {
    expect(at('dev.azure.com/team', 'x')).toMatchObject([{ fix: 'credbridge login https://dev.azure.com/team' }])
  })
})
