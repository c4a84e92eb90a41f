import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Broker, createBroker } from '../../src/core/broker.ts'
import type { Credential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { type Grant, isDue } from '../../src/core/grant.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { endedToken, tokenCredential } from '../../src/core/token.ts'
import { renewed } from '../../src/engine/renew.ts'
import { renewAt } from '../../src/sign-in/renewer.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import type { Fetch } from '../../src/system/http/client.ts'
import type { Machine } from '../../src/system/machine.ts'
import { someone } from '../asker.ts'
import { testMachine } from '../test-machine.ts'

/* What a client's call does about a token that is due. The renewing process is a function here. */

const place = { endpoint: parseAddress('https://git.example.com'), account: 'alice', owner: 'person' }
const renewal = { issuer: 'https://id.example.com', clientId: 'id', tokenEndpoint: 'https://id.example.com/token' }
const start = 1_800_000_000_000

let home = ''
let store: Store
let time = 0
let issued = 0
let starts = 0
let lasts = 60
let said: string[] = []
let answers: () => Response = () => new Response()
let process: (place: Credential) => Promise<void>

const issue = () => {
  issued++
  const token = { access_token: `t${issued}`, token_type: 'Bearer', expires_in: lasts, refresh_token: `r${issued}` }
  return Response.json(token)
}

async function keep(endsIn: number, more: Partial<Grant> = {}): Promise<Credential> {
  const grant = { provider: 'generic', scopes: [], lasts, renewal, ...more }
  const tokens = { accessToken: new Secret('t0'), refreshToken: new Secret('r0'), expires: time / 1000 + endsIn }
  const token = tokenCredential(place, grant, tokens)
  await store.save(someone, token)
  return token
}

function broker(more: Partial<Machine> = {}): Broker {
  const machine = testMachine(home, {
    async runApart() {
      starts++
      const [token] = await store.find(someone, [place.endpoint])
      await process(token as Credential)
    },
    ...more,
  })
  const [asker, now] = [someone, () => time]
  const signedOut = ({ endpoint }: Credential) => void said.push(endpoint.key)
  const current: Parameters<typeof createBroker>[0]['current'] = async (of, by, shown, stored) =>
    isDue(stored, time) ? renewed({ machine, store: of, asker: by, now, signedOut }, shown, stored) : shown
  return createBroker({ stores: [store], asker, now, recoverHours: 24, current, signedOut })
}

const ask = async (of = broker()) => {
  const answer = await of.find({ tool: 'docker', kinds: ['basic'], endpoints: [place.endpoint] })
  return answer?.credential.secret.expose()
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cb-renew-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  ;[store, time, issued, starts, lasts, said, answers] = [memoryStore(), start, 0, 0, 60, [], issue]
  const fetch: Fetch = async () => answers()
  const machine = testMachine(home)
  const openStore = async () => store
  process = (token) => renewAt({ machine, store, asker: someone, fetch, now: () => time, openStore }, token)
})

test('a night of tokens that last a minute: every call is answered with one that has not ended', async () => {
  await keep(60)
  const ends = new Map<string | undefined, number>([['t0', start + 60_000]])
  for (; time < start + 8 * 3_600_000; time += 17_000) {
    const token = await ask()
    if (!ends.has(token)) ends.set(token, time + 60_000)
    expect(ends.get(token)).toBeGreaterThan(time)
  }
  expect(issued).toBeGreaterThan(400)
  expect(starts).toBe(issued)
})

test.each([
  ['59 seconds of an hour are left', 59, 3600, 't1'],
  ['60 seconds of an hour are left', 60, 3600, 't0'],
  ['less than a tenth of a minute is left', 5, 60, 't1'],
  ['a tenth of a minute is left', 6, 60, 't0'],
  ['it has ended', -1, 3600, 't1'],
  ['it ends later than it can: the clock was wrong', 7200, 3600, 't1'],
])('%s', async (_, left, of, expected) => {
  lasts = of
  await keep(left)
  expect(await ask()).toBe(expected)
})

test('callers at once wait for one renewal, and take what it brought, whatever its age', async () => {
  await keep(-1)
  lasts = 1
  const usual = process
  process = async (token) => {
    await usual(token)
    time += 60_000
  }
  const of = broker()
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => ask(of))))).toEqual(new Set(['t1']))
  expect({ starts, issued }).toEqual({ starts: 1, issued: 1 })
})

describe('a token endpoint that gives none', () => {
  const unavailable = expect.objectContaining({
    code: 'unavailable',
    message: 'the sign-in at https://git.example.com could not be renewed: its token endpoint answered with status 503',
    hints: ['it is tried again a minute after it failed', 'to sign in again: credbridge login https://git.example.com'],
  })

  beforeEach(() => {
    answers = () => new Response('', { status: 503 })
  })

  test('is asked once a minute; what is still valid is answered, then there is a reason', async () => {
    await keep(5)
    expect([await ask(), await ask()]).toEqual(['t0', 't0'])
    expect(starts).toBe(1)
    time += 5_000
    await expect(ask()).rejects.toEqual(unavailable)
    expect(starts).toBe(1)
    time += 56_000
    await expect(ask()).rejects.toEqual(unavailable)
    expect(starts).toBe(2)
    time += 61_000
    answers = issue
    expect(await ask()).toBe('t1')
  })

  test('a new sign-in is not held back by the failure of the former', async () => {
    await keep(-1)
    await expect(ask()).rejects.toEqual(unavailable)
    answers = issue
    await keep(-2)
    expect(await ask()).toBe('t1')
  })
})

test('the provider ends it: it answers to its end, then tools hear nothing and the person a command', async () => {
  await keep(5)
  answers = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
  expect([await ask(), await ask()]).toEqual(['t0', 't0'])
  expect({ starts, said }).toEqual({ starts: 1, said: [] })
  time += 6_000
  expect(await ask()).toBeUndefined()
  expect({ starts, said }).toEqual({ starts: 1, said: [place.endpoint.key] })
})

test('the provider ends it when it is over already', async () => {
  await keep(-5)
  answers = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
  expect(await ask()).toBeUndefined()
  expect(said).toEqual([place.endpoint.key])
})

test('an ended token is asked for by no renewing process', async () => {
  await store.save(someone, endedToken(await keep(-5), time))
  expect(await ask()).toBeUndefined()
  expect({ starts, said }).toEqual({ starts: 0, said: [place.endpoint.key] })
})

test('a renewing process that is killed is started once more, then not for a minute', async () => {
  await keep(-1)
  const usual = process
  process = async () => {}
  await expect(ask()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('was ended') })
  await expect(ask()).rejects.toMatchObject({ code: 'unavailable' })
  expect(starts).toBe(2)
  time += 61_000
  process = async (token) => (starts === 3 ? undefined : usual(token))
  expect(await ask()).toBe('t1')
})

test('a token that is removed meanwhile is absent', async () => {
  await keep(-1)
  process = async (token) => void (await store.remove(someone, token))
  expect(await ask()).toBeUndefined()
})

test('without a program of our own that could renew it there is a reason', async () => {
  await keep(-1)
  const runApart = async () => Promise.reject(new Failure('unavailable', '/bin/credbridge cannot be started'))
  await expect(ask(broker({ runApart }))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('renewed: /bin/credbridge cannot be started'),
  })
  await keep(5)
  expect(await ask(broker({ runApart }))).toBe('t0')
})
