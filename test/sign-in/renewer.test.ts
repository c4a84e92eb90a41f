import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { copiesEndpoint } from '../../src/core/copies-endpoint.ts'
import { type Credential, isCredential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Failure } from '../../src/core/failure.ts'
import { type Grant, grantOf } from '../../src/core/grant.ts'
import { restorableIn } from '../../src/core/restorable.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Store } from '../../src/core/store.ts'
import { movingToken, tokenCredential } from '../../src/core/token.ts'
import { failedLately } from '../../src/engine/failed-lately.ts'
import { type Renewer, renewAt } from '../../src/sign-in/renewer.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { someone } from '../asker.ts'
import { listening } from '../real/listening.ts'
import { until } from '../real/until.ts'
import { testMachine } from '../test-machine.ts'

/* What the renewing process makes of an answer, whatever the token endpoint sends. */

const place = { endpoint: parseAddress('https://git.example.com'), account: 'alice', owner: 'person' }
const time = 1_800_000_000_000
const year = 366 * 24 * 60 * 60

let store: Store
let other: Store
let renewer: Renewer
let token: Credential
let asked: string[] = []
let answers: (request: IncomingMessage, response: ServerResponse) => void = () => {}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  answers = (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }
}

const kept = async () => {
  const items = (await store.find(someone, [place.endpoint])).filter(isCredential)
  const [item] = items
  return item && { secret: item.secret.expose(), refresh: item.refreshToken?.expose(), expires: item.expires, item }
}

const reason = () => failedLately(renewer.machine, 'memory', token, time)

beforeEach(async () => {
  const home = mkdtempSync(join(tmpdir(), 'cb-renewer-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  asked = []
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url} ${await text(request)}`)
    answers(request, response)
  })
  const port = await listening(server, onTestFinished)
  const fetch = httpClient({ environment: {}, limit: 30_000 })
  ;[store, other] = [memoryStore(), { ...memoryStore(), name: 'other' }]
  renewer = { machine: testMachine(home), store, asker: someone, fetch, now: () => time, openStore: async () => other }
  const renewal = {
    issuer: 'https://id.example.com',
    clientId: 'an-id',
    tokenEndpoint: `http://127.0.0.1:${port}/token`,
  }
  const grant: Grant = { provider: 'generic', scopes: ['api'], lasts: 3600, renewal }
  const issued = { accessToken: new Secret('old'), refreshToken: new Secret('r1'), expires: time / 1000 + 59 }
  token = tokenCredential(place, grant, issued)
  await store.save(someone, token)
})

describe('a good answer', () => {
  test('is kept, with a new refresh token and its end', async () => {
    json(200, { access_token: 'new', token_type: 'bearer', expires_in: 7200, refresh_token: 'r2', id_token: 'not one' })
    await renewAt(renewer, place)
    expect(asked).toEqual(['POST /token refresh_token=r1&grant_type=refresh_token&client_id=an-id'])
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r2', expires: time / 1000 + 7200 })
    expect(grantOf((await kept())?.item as Credential)).toMatchObject({ provider: 'generic', lasts: 7200 })
    expect(reason()).toBeUndefined()
  })

  test('without a refresh token keeps the former one; without a lifetime the former lifetime counts', async () => {
    json(200, { access_token: 'new', token_type: 'BEARER' })
    await renewAt(renewer, place)
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r1', expires: time / 1000 + 3600 })
  })

  test('that comes late counts, and those who wait hear that it is late', async () => {
    let answer = () => {}
    answers = (_, response) => {
      answer = () => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end('{"access_token":"new","token_type":"Bearer","refresh_token":"r2"}')
      }
    }
    const renewal = renewAt(renewer, place)
    await until(async () => reason()?.includes('has not answered yet') === true, 'nobody heard that it is late')
    answer()
    await renewal
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r2' })
    expect(reason()).toBeUndefined()
  })

  test.each([
    ['a number as text', '600', 600],
    ['a fraction', 600.9, 600],
    ['far too long', 1e12, year],
  ])('may name its lifetime as %s', async (_, expires_in, seconds) => {
    json(200, { access_token: 'new', token_type: 'Bearer', expires_in })
    await renewAt(renewer, place)
    expect(await kept()).toMatchObject({ secret: 'new', expires: time / 1000 + seconds })
  })

  test('nothing is asked for a token that is fresh, that has ended or that failed a moment ago', async () => {
    json(200, { access_token: 'new', token_type: 'Bearer', expires_in: 7200 })
    await renewAt(renewer, { ...place, account: 'bob' })
    await renewAt(renewer, place)
    await renewAt(renewer, place)
    expect(asked).toHaveLength(1)
  })
})

describe('a move that was interrupted', () => {
  beforeEach(async () => {
    json(200, { access_token: 'new', token_type: 'bearer', refresh_token: 'r2' })
    await store.save(someone, movingToken(token, 'other'))
  })

  test('before there was a second copy: the token is renewed, and no longer marked', async () => {
    await renewAt(renewer, place)
    const { item } = (await kept()) ?? {}
    expect(item && [item.secret.expose(), grantOf(item).movingTo]).toEqual(['new', undefined])
  })

  test('after that: the other store has it, nothing is asked, and what was left is removed', async () => {
    await other.save(someone, token)
    await renewAt(renewer, place)
    expect(asked).toEqual([])
    expect(await kept()).toBeUndefined()
    expect(await other.list(someone)).toHaveLength(1)
  })

  test('while the other store cannot be read: nothing is asked, and the reason is said', async () => {
    const find = () => Promise.reject(new Failure('locked', 'the other store is locked'))
    const open = async () => ({ ...other, find })
    await expect(renewAt({ ...renewer, openStore: open }, place)).rejects.toMatchObject({ code: 'locked' })
    expect([asked, reason()]).toEqual([[], 'the other store is locked'])
    expect((await kept())?.refresh).toBe('r1')
  })
})

describe('an answer that is no token', () => {
  const outcome = async () => {
    await renewAt(renewer, place)
    expect(asked).toHaveLength(1)
    return { ...(await kept()), reason: reason() }
  }
  const unchanged = { secret: 'old', refresh: 'r1', expires: time / 1000 + 59 }

  const cases: readonly [string, () => void, string][] = [
    ['a redirect', () => json(302, {}, { location: 'https://other.example.com/' }), 'a redirect'],
    ['a redirect that keeps the method', () => json(307, {}, { location: '/other' }), 'a redirect'],
    ['HTML', () => page(200), 'not JSON'],
    ['HTML with the status of a refusal', () => page(400), 'status 400'],
    ['too many requests', () => json(429, { error: 'slow' }), 'fewer requests'],
    ['a failure of the server', () => json(503, {}), 'status 503'],
    ['another client id', () => json(401, { error: 'invalid_client' }), 'invalid_client'],
    ['a challenge', () => json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic' }), 'invalid_client'],
    ['a refusal with another status', () => json(401, { error: 'invalid_grant' }), 'invalid_grant'],
    ['an error of its own', () => json(400, { error: 'no\u001b[2J' }), 'status 400'],
    ['an error with status 200', () => json(200, { error: 'slow_down' }), 'slow_down'],
    ['a list', () => json(200, []), 'not JSON'],
    ['nothing in it', () => json(200, {}), 'not a bearer token'],
    ['another kind of token', () => json(200, { access_token: 'n', token_type: 'DPoP' }), 'not a bearer token'],
    ['no answer at all', () => hangUp(), '127.0.0.1'],
    ['silence', () => silent(), 'did not answer'],
    ['a huge body', () => huge(), 'too long'],
  ]

  test.each(cases)('%s: a word, and nothing is lost', async (_, answer, word) => {
    answer()
    const { reason: said, ...rest } = await outcome()
    expect(rest).toMatchObject(unchanged)
    expect(said).toContain(word)
    expect(said).not.toMatch(/\p{Cc}/u)
  })

  const page = (status: number) => {
    answers = (_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' })
      response.end('<html>{"error":"invalid_grant"}</html>')
    }
  }
  const hangUp = () => {
    answers = (_, response) => void response.destroy()
  }
  const silent = () => {
    renewer = { ...renewer, fetch: httpClient({ environment: {}, limit: 100 }) }
    answers = () => {}
  }
  const huge = () => {
    answers = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"access_token":"${'x'.repeat(2 * 1024 * 1024)}"}`)
    }
  }

  test.each([
    ['a newline in the token', { access_token: 'a\nb' }, 'no protocol can carry'],
    ['a NUL in the token', { access_token: 'a\0b' }, 'no protocol can carry'],
    ['an empty token', { access_token: '' }, 'no protocol can carry'],
    ['a token that is not ASCII', { access_token: 'é' }, 'no protocol can carry'],
    ['a token that is far too long', { access_token: 'x'.repeat(70_000) }, 'no protocol can carry'],
    ['a token that is no text', { access_token: 7 }, 'no protocol can carry'],
    ['a lifetime of 0', { expires_in: 0 }, 'lifetime'],
    ['a negative lifetime', { expires_in: -5 }, 'lifetime'],
    ['a lifetime that is no number', { expires_in: 'soon' }, 'lifetime'],
    ['a lifetime that is an object', { expires_in: {} }, 'lifetime'],
  ])('%s: the token that is kept stays, and a new refresh token is kept', async (_, part, word) => {
    json(200, { access_token: 'new', token_type: 'Bearer', expires_in: 60, refresh_token: 'r2', ...part })
    const { reason: said, ...rest } = await outcome()
    expect(rest).toMatchObject({ ...unchanged, refresh: 'r2' })
    expect(said).toContain(word)
  })

  test('a refresh token that cannot be sent is not kept', async () => {
    json(200, { access_token: 'new', token_type: 'Bearer', expires_in: 60, refresh_token: 'r\n2' })
    expect(await outcome()).toMatchObject({ ...unchanged, reason: expect.stringContaining('cannot be sent') })
  })

  test.each([
    ['invalid_grant with status 400', 400, 'invalid_grant'],
    ["GitHub's bad_refresh_token with status 200", 200, 'bad_refresh_token'],
  ])('%s marks it as ended, and nothing else of it changes', async (_, status, error) => {
    json(status, { error })
    const { item, ...rest } = await outcome()
    expect(rest).toMatchObject({ ...unchanged, reason: undefined })
    expect(grantOf(item as Credential)).toMatchObject({ ended: time, lasts: 3600 })
    await renewAt(renewer, place)
    expect(asked).toHaveLength(1)
  })
})

describe('what happens to the item meanwhile', () => {
  test('another process works there, because it presumed this one dead: the provider is not asked', async () => {
    json(200, { access_token: 'new', token_type: 'Bearer', refresh_token: 'r2' })
    const taken = new Failure('timeout', 'another process took the lock')
    const alone: Store['alone'] = (asker, place, work) =>
      store.alone(asker, place, () =>
        work(() => {
          throw taken
        }),
      )
    await expect(renewAt({ ...renewer, store: { ...store, alone } }, place)).rejects.toBe(taken)
    expect(asked).toEqual([])
    expect(await kept()).toMatchObject({ secret: 'old', refresh: 'r1' })
  })

  /** The provider answers after this has happened. */
  const meanwhile = (work: () => Promise<unknown>) => {
    answers = async (_, response) => {
      await work()
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"access_token":"new","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}')
    }
  }
  const copies = () => restorableIn(store, someone, () => time, 24)
  const copy = async () => (await copies().all())[0]?.erased

  test('a server refused the former token: the new one is kept, and counts as its replacement', async () => {
    meanwhile(async () => {
      const { refusedToken } = await import('../../src/core/token.ts')
      await store.save(someone, refusedToken(token) as Credential)
    })
    await renewAt(renewer, place)
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r2' })
    expect(grantOf((await kept())?.item as Credential).refused).toBe('before')
  })

  test('a person replaced it: that stays, and the copy that can be restored has the new tokens', async () => {
    meanwhile(async () => {
      await copies().keep(token, 'replaced')
      await store.save(someone, { ...place, kind: 'basic', secret: new Secret('typed') })
    })
    await renewAt(renewer, place)
    expect(await kept()).toMatchObject({ secret: 'typed' })
    expect([(await copy())?.secret.expose(), (await copy())?.refreshToken?.expose()]).toEqual(['new', 'r2'])
  })

  test('a copy with a refresh token that has been used does not renew itself any more', async () => {
    meanwhile(async () => copies().keep(token, 'removed'))
    await renewAt(renewer, place)
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r2' })
    expect(grantOf((await copy()) as Credential).ended).toBe(time)
    expect(await store.find(someone, [copiesEndpoint])).toHaveLength(1)
  })

  test('it is gone for good: the new refresh token is revoked, as far as the provider can', async () => {
    const renewal = { ...grantOf(token).renewal, revocationEndpoint: `${grantOf(token).renewal?.tokenEndpoint}/revoke` }
    const parts = { grant: new Secret(JSON.stringify({ ...grantOf(token), renewal })) }
    token = { ...token, parts }
    await store.save(someone, token)
    meanwhile(() => store.remove(someone, place))
    await renewAt(renewer, place)
    expect(await kept()).toBeUndefined()
    expect(asked[1]).toBe('POST /token/revoke token=r2&client_id=an-id')
  })

  test('a store that cannot be written to is noticed before the refresh token is used', async () => {
    const broken = { ...store, save: async () => Promise.reject(new Error('no space')) }
    await expect(renewAt({ ...renewer, store: broken }, place)).rejects.toThrow('no space')
    expect(asked).toEqual([])
  })

  test('a store that fails for good: what was issued is revoked, and the failure is named', async () => {
    const renewal = { ...grantOf(token).renewal, revocationEndpoint: `${grantOf(token).renewal?.tokenEndpoint}/revoke` }
    token = { ...token, parts: { grant: new Secret(JSON.stringify({ ...grantOf(token), renewal })) } }
    await store.save(someone, token)
    let saves = 0
    const full = {
      ...store,
      save: async (...request: Parameters<Store['save']>) => {
        if (saves++ > 0) throw new Error('no space')
        return store.save(...request)
      },
    }
    const pauses: number[] = []
    const pause = async (milliseconds: number) => void pauses.push(milliseconds)
    meanwhile(async () => {})
    await expect(renewAt({ ...renewer, store: full, pause }, place)).rejects.toThrow('no space')
    expect(pauses.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(10 * 60_000)
    expect(asked[1]).toBe('POST /token/revoke token=r2&client_id=an-id')
    expect(reason()).toBeDefined()
  })

  test('a copy from before is marked first, and is as it was if the provider issued no other refresh token', async () => {
    await copies().keep(token, 'removed')
    let marked: number | undefined
    answers = async (_, response) => {
      marked = grantOf((await copy()) as Credential).ended
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"access_token":"new","token_type":"Bearer","expires_in":3600}')
    }
    await renewAt(renewer, place)
    expect(marked).toBe(time)
    expect(grantOf((await copy()) as Credential).ended).toBeUndefined()
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r1' })
  })

  test('a store that fails for a moment still gets what was issued', async () => {
    let [saves, failures] = [0, 2]
    const shaky: Store = {
      ...store,
      async save(...request) {
        if (saves++ > 0 && failures-- > 0) throw new Error('busy')
        return store.save(...request)
      },
    }
    meanwhile(async () => {})
    await renewAt({ ...renewer, store: shaky }, place)
    expect(await kept()).toMatchObject({ secret: 'new', refresh: 'r2' })
  })
})
