import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { asFailure, type Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { questionOf } from '../../../src/stores/openbao/commands/login-call.ts'
import { serverOf } from '../../../src/stores/openbao/server.ts'
import type { OpenbaoSettings } from '../../../src/stores/store-type.ts'
import { someone } from '../../asker.ts'
import { listening } from '../../real/listening.ts'
import { credential } from '../contract-world.ts'
import { contextOf, storesOf } from './place.ts'

/*
 * Each answer of a server has an outcome in its own words, and none but the server's own "nothing" is absence. Here a
 * stand-in answers as the code of OpenBao does; what real servers answer is in openbao.test.ts and cluster.weekly.test.ts.
 */

type Answer = (request: IncomingMessage, answer: ServerResponse) => void

const endpoint = parseAddress('https://git.example.com')

/** A store whose server answers so. */
async function answering(answer: Answer, more: OpenbaoSettings = {}) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['x-vault-token']}`)
    answer(request, response)
  })
  const port = await listening(server, onTestFinished)
  const address = `http://127.0.0.1:${port}`
  const settings = { address, places: ['teams/platform'], ...more }
  const [store] = storesOf(contextOf(onTestFinished, settings, { VAULT_TOKEN: 'the-token' }))
  return { store, address, asked }
}

const says =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, answer) => {
    answer.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  return promise.then((value) => expect.unreachable(JSON.stringify(value)), asFailure)
}

describe('a read', () => {
  test('nothing there is absent: the server says so with an empty list of errors', async () => {
    const { store, asked } = await answering(says(404, { errors: [] }))
    expect(await store.find(someone, [endpoint])).toEqual([])
    expect(asked).toEqual([
      expect.stringMatching(/^GET \/v1\/secret\/data\/teams\/platform\/[A-Za-z0-9_-]{43} the-token$/),
    ])
  })

  test('what was deleted on the server is absent', async () => {
    const metadata = { version: 3, deletion_time: '2026-11-27T17:02:49Z', destroyed: false, custom_metadata: null }
    const { store } = await answering(says(404, { data: { data: null, metadata } }))
    expect(await store.find(someone, [endpoint])).toEqual([])
  })

  const outcomes: readonly (readonly [string, Answer, Failure['code'], RegExp])[] = [
    ['404 without a body', says(404, ''), 'unavailable', /does not answer as OpenBao does: it is another server/],
    ['404 with a page', says(404, '<html>not here</html>'), 'unavailable', /does not answer as OpenBao does/],
    [
      '404 for no mount',
      says(404, { errors: ['no handler for route "x". route entry not found.'] }),
      'unavailable',
      /has no mount named secret/,
    ],
    ['405', says(405, { errors: ['unsupported operation'] }), 'unsupported', /not a KV engine of version 2/],
    ['400', says(400, { errors: ['bad'] }), 'malformed', /does not accept the request: read on secret\/data\/teams/],
    ['412', says(412, { errors: [] }), 'unavailable', /is a standby/],
    [
      '429 for long',
      says(429, { errors: [] }, { 'retry-after': '30' }),
      'unavailable',
      /too many requests now: it may be asked again in 30 seconds/,
    ],
    [
      '429 without a time',
      says(429, { errors: [] }),
      'unavailable',
      /too many requests now: it may be asked again later/,
    ],
    ['473', says(473, { errors: [] }), 'unavailable', /is a standby/],
    ['500', says(500, { errors: ['1 error occurred'] }), 'unavailable', /cannot answer now \(status 500\)/],
    [
      '500 without a leader',
      says(500, { errors: ['local node not active but active cluster node not found'] }),
      'unavailable',
      /has no leader now/,
    ],
    ['502 by a proxy', says(502, '<html>'), 'unavailable', /cannot answer now \(status 502\)/],
    ['503 sealed', says(503, { errors: ['Vault is sealed'] }), 'unavailable', /is sealed, so it answers nobody/],
    [
      '503 before it is set up',
      says(503, { errors: ['Vault is not initialized'] }),
      'unavailable',
      /is not set up yet/,
    ],
    ['503', says(503, ''), 'unavailable', /cannot answer now \(status 503\)/],
    ['a page', says(200, '<html>sign in</html>'), 'unsupported', /not a KV engine of version 2/],
    [
      '307 to elsewhere',
      says(307, '', { location: 'https://evil.example.com/v1/secret' }),
      'refused',
      /leads to https:\/\/evil.example.com, which the settings do not name/,
    ],
    ['307 to nowhere', says(307, ''), 'refused', /leads to nowhere/],
    [
      'no answer',
      (request) => request.socket.destroy(),
      'unavailable',
      /closed the connection before its answer was complete/,
    ],
    [
      'an entry of somebody else',
      says(200, { data: { data: { user: 'ann' }, metadata: { version: 1 } } }),
      'malformed',
      /is not an entry of credbridge/,
    ],
    [
      'an entry of a later version',
      says(200, { data: { data: { credbridge: 2 }, metadata: { version: 1 } } }),
      'unsupported',
      /a later version of credbridge wrote/,
    ],
  ]
  test.each(outcomes)('%s', async (_, answer, code, message) => {
    const { store } = await answering(answer)
    const failure = await failureOf(store.find(someone, [endpoint]))
    expect(failure.message).toMatch(message)
    expect(failure.code).toBe(code)
    expect(JSON.stringify([failure.message, failure.hints])).not.toContain('the-token')
  })

  test('403 for a policy names the policy that is missing', async () => {
    const { store } = await answering((request, answer) =>
      says(request.url?.includes('lookup-self') ? 200 : 403, { errors: ['permission denied'], data: {} })(
        request,
        answer,
      ),
    )
    const failure = await failureOf(store.find(someone, [endpoint]))
    expect([failure.code, failure.message]).toEqual([
      'refused',
      expect.stringMatching(/does not permit this token: read on secret\/data\/teams\/platform\/\*$/),
    ])
    expect(failure.hints).toEqual(["ask for a policy that permits read on 'secret/data/teams/platform/*'"])
  })

  test('403 for a token that the server does not know any more asks for another token', async () => {
    const { store } = await answering(says(403, { errors: ['permission denied'] }))
    const failure = await failureOf(store.find(someone, [endpoint]))
    expect([failure.code, failure.message]).toEqual([
      'locked',
      expect.stringMatching(/does not know the token in VAULT_TOKEN any more/),
    ])
  })

  test('429 with a short time is asked again after it', async () => {
    let count = 0
    const { store, asked } = await answering((request, answer) => {
      count++
      if (count === 1) says(429, { errors: [] }, { 'retry-after': '1' })(request, answer)
      else says(404, { errors: [] })(request, answer)
    })
    expect(await store.find(someone, [endpoint])).toEqual([])
    expect(asked).toHaveLength(2)
  })

  test('307 to a node that the settings name is followed once', async () => {
    const active = await answering(says(404, { errors: [] }))
    const standby = await answering(
      (request, answer) => says(307, '', { location: `${active.address}${request.url}` })(request, answer),
      { nodes: [active.address] },
    )
    expect(await standby.store.find(someone, [endpoint])).toEqual([])
    expect(active.asked).toEqual(standby.asked)
  })

  test('307 twice is not followed', async () => {
    const here: { address?: string } = {}
    const { store, address, asked } = await answering((request, answer) =>
      says(307, '', { location: `${here.address}${request.url}` })(request, answer),
    )
    here.address = address
    expect(await failureOf(store.find(someone, [endpoint]))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('leads to yet another server'),
    })
    expect(asked).toHaveLength(2)
  })

  test('a node that is down gives way to the next one', async () => {
    const up = await answering(says(404, { errors: [] }))
    const settings = { address: 'http://127.0.0.1:1', nodes: [up.address], places: ['teams/platform'] }
    const [store] = storesOf(contextOf(onTestFinished, settings, { BAO_TOKEN: 'the-token' }))
    expect(await store.find(someone, [endpoint])).toEqual([])
    expect(up.asked).toHaveLength(1)
  })

  test.each([
    ['silent', () => {}],
    ['sealed', says(503, { errors: ['Vault is sealed'] })],
    ['not set up', says(503, { errors: ['Vault is not initialized'] })],
  ] as const)('a node that is %s gives way to the next one, which is then asked first', async (_, answer) => {
    const up = await answering(says(404, { errors: [] }))
    const first = await answering(answer, { nodes: [up.address] })
    expect(await first.store.find(someone, [endpoint])).toEqual([])
    expect(await first.store.find(someone, [endpoint])).toEqual([])
    expect([first.asked.length, up.asked.length]).toEqual([1, 2])
  })

  test('where every node is sealed, that is said', async () => {
    const sealed = says(503, { errors: ['Vault is sealed'] })
    const first = await answering(sealed, { nodes: [(await answering(sealed)).address, 'http://127.0.0.1:1'] })
    const failure = await failureOf(first.store.find(someone, [endpoint]))
    expect(failure.message).toMatch(/is sealed, so it answers nobody/)
  })

  test('a server that never answers is a timeout', async () => {
    const { store } = await answering(() => {})
    expect(await failureOf(store.find(someone, [endpoint]))).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/did not answer within 5 seconds$/),
    })
  }, 20_000)
})

test('a question of a command ends as a timeout', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { signal } = questionOf('GET', 'auth/token/lookup-self')
  vi.advanceTimersByTime(15_000)
  expect(signal.reason).toMatchObject({
    code: 'timeout',
    message: 'the OpenBao server did not answer within 15 seconds',
  })
})

describe('the environment', () => {
  const further = { VAULT_NAMESPACE: 'theirs', VAULT_CACERT: '/theirs.pem' }
  const read = (env: Record<string, string>) =>
    serverOf(contextOf(onTestFinished, { address: 'https://bao.example.com' }, { ...further, ...env }))

  test.each([{}, { VAULT_ADDR: 'https://bao.example.com/' }])('is for the server of the settings: %o', (env) => {
    expect(read(env)).toMatchObject({ namespace: 'theirs', caFile: '/theirs.pem' })
  })

  test('is not for the server of the settings if it names another one', () => {
    expect(read({ VAULT_ADDR: 'https://other.example.com' })).toMatchObject({ namespace: '', caFile: undefined })
  })
})

describe('a write', () => {
  test('an answer that was lost is looked up', async () => {
    let written: unknown
    const { store } = await answering((request, answer) => {
      if (request.method === 'GET') {
        const body =
          written === undefined
            ? { errors: [] }
            : { data: { data: written, metadata: { version: 1, custom_metadata: {} } } }
        says(written === undefined ? 404 : 200, body)(request, answer)
        return
      }
      if (request.url?.includes('/metadata/')) {
        answer.writeHead(204).end()
        return
      }
      let text = ''
      request.on('data', (part) => {
        text += part
      })
      request.on('end', () => {
        written = JSON.parse(text).data
        if (JSON.parse(text).options.cas === 0) says(200, { data: { version: 1 } })(request, answer)
        else request.socket.destroy()
      })
    })
    expect(await store.save(someone, credential(endpoint))).toBe(true)
  })

  test('an engine of version 1 is unsupported, and gets no secret', async () => {
    let sent = ''
    const { store } = await answering((request, answer) => {
      request.on('data', (part) => {
        sent += part
      })
      if (request.method === 'GET') says(404, { errors: [] })(request, answer)
      else answer.writeHead(204).end()
    })
    const item = credential(endpoint, { secret: new Secret('the-secret') })
    expect(await failureOf(store.save(someone, item))).toMatchObject({ code: 'unsupported' })
    expect(sent).toContain('max_versions')
    expect(sent).not.toMatch(/the-secret|owner/)
  })
})
