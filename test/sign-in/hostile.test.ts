import { describe, expect, test } from 'vitest'
import { selfHosted } from '../../src/sign-in/providers.ts'
import { type SignedIn, signInByOAuth } from '../../src/sign-in/sign-in.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { personWith } from './persons.ts'
import { type Pages, type Reply, type StandIn, standIn } from './stand-in.ts'

/* What a server, or somebody between, may answer: it gets nothing, and a person reads a clear word. */

const fetcher = httpClient({ environment: {} })

const good = { access_token: 'at', token_type: 'bearer', expires_in: 3600, refresh_token: 'rt' }

/** A provider whose pages are as they should be, but for these. */
function provider(pages: Pages): Promise<StandIn> {
  const configuration = (base: string): Reply => ({
    body: { issuer: base, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token` },
  })
  return standIn({ '/.well-known/openid-configuration': configuration, '/token': { body: good }, ...pages })
}

/** Signs in there with a browser that comes back as the provider would send it, with these changes. */
async function signIn(
  { base }: StandIn,
  changed: Readonly<Record<string, string>> = {},
  agrees?: boolean,
): Promise<SignedIn & { readonly questions: readonly string[] }> {
  const browser = async (url: string) => {
    const { searchParams } = new URL(url)
    const query = { code: 'c', state: searchParams.get('state') ?? '', ...changed }
    await fetch(`${searchParams.get('redirect_uri')}/?${new URLSearchParams(query)}`)
  }
  const person = personWith({ browser, ...(agrees === undefined ? {} : { agrees }) })
  const found = { provider: selfHosted('oauth'), base }
  return {
    ...(await signInByOAuth(fetcher, found, { clientId: 'client' }, undefined, person)),
    questions: person.questions,
  }
}

test('what is as it should be signs in', async () => {
  const server = await provider({})
  const { issued, grant } = await signIn(server)
  expect(issued.accessToken.expose()).toBe('at')
  expect(grant).toMatchObject({ provider: 'oauth', lasts: 3600, renewal: { issuer: server.base, clientId: 'client' } })
})

describe('a token endpoint', () => {
  test.each<readonly [string, Reply, RegExp]>([
    [
      'that redirects',
      { status: 307, headers: { location: 'http://127.0.0.1:9/steal' } },
      /redirects to another address, which is not followed/,
    ],
    ['with a page of a network', { body: '<html>sign in to the network</html>' }, /something else than JSON/],
    ['with an endless body', { body: 'x'.repeat(2 * 1024 * 1024) }, /is too long/],
    ['that is out of order', { status: 503, body: 'later' }, /did not answer as a sign-in server does \(status 503\)/],
    ['that refuses', { status: 400, body: { error: 'invalid_grant' } }, /refused the sign-in/],
    ['with a list', { body: [] }, /an answer that cannot be used/],
    ['without a token', { body: { token_type: 'bearer' } }, /an answer that cannot be used: access_token/],
    ['with a number as token', { body: { ...good, access_token: 7 } }, /an answer that cannot be used: access_token/],
    ['with another type of token', { body: { ...good, token_type: 'mac' } }, /an answer that cannot be used/],
    ['with a line end in the token', { body: { ...good, access_token: 'a\nb' } }, /a character that no tool can send/],
    ['with a NUL in the token', { body: { ...good, access_token: 'a\0b' } }, /a character that no tool can send/],
    [
      'with a line end in the refresh token',
      { body: { ...good, refresh_token: 'a\r\nb' } },
      /a character that no tool can send/,
    ],
    ['with a token that lasts 0 s', { body: { ...good, expires_in: 0 } }, /has already ended/],
    [
      'with a token that lasts -1 s',
      { body: { ...good, expires_in: -1 } },
      /an answer that cannot be used: expires_in/,
    ],
    ['with a token that lasts 10^12 s', { body: { ...good, expires_in: 1e12 } }, /more than ten years/],
    ['with a text as lifetime', { body: { ...good, expires_in: 'soon' } }, /an answer that cannot be used: expires_in/],
  ])('%s', async (_, reply, says) => {
    const server = await provider({ '/token': reply })
    const error = await signIn(server).then(() => 'signed in', String)
    expect(error).toMatch(says)
    expect(server.asked.filter(({ line }) => line.startsWith('POST'))).toHaveLength(1)
  })
})

describe('a configuration', () => {
  const discovery = '/.well-known/openid-configuration'

  test('of another issuer', async () => {
    const body = { issuer: 'https://other.example.com', token_endpoint: 'https://other.example.com/token' }
    const server = await provider({ [discovery]: { body } })
    await expect(signIn(server)).rejects.toThrow(/says that it is another server than the one that was asked: issuer/)
  })

  test('that is a page', async () => {
    const server = await provider({ [discovery]: { body: '<html>' } })
    await expect(signIn(server)).rejects.toThrow(/something else than JSON/)
  })

  test('that is a page, beside the one of RFC 8414', async () => {
    const server = await provider({
      [discovery]: { body: '<html>' },
      '/.well-known/oauth-authorization-server': (base) => ({
        body: { issuer: base, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token` },
      }),
    })
    expect((await signIn(server)).grant.renewal?.tokenEndpoint).toBe(`${server.base}/token`)
  })

  test('without a token endpoint', async () => {
    const server = await provider({
      [discovery]: (base) => ({ body: { issuer: base, authorization_endpoint: `${base}/authorize` } }),
    })
    await expect(signIn(server)).rejects.toThrow(/does not say where to sign in/)
  })

  test('with a token endpoint without https', async () => {
    const server = await provider({
      [discovery]: (base) => ({
        body: {
          issuer: base,
          authorization_endpoint: `${base}/authorize`,
          token_endpoint: 'http://t.example.com/token',
        },
      }),
    })
    await expect(signIn(server, {}, true)).rejects.toThrow(/https/)
  })

  test.each(['token_endpoint', 'authorization_endpoint', 'device_authorization_endpoint', 'userinfo_endpoint'])(
    'with another host as %s: a person sees both, and no sends nothing',
    async (name) => {
      const other = await standIn({})
      const server = await provider({
        [discovery]: (base) => ({
          body: {
            issuer: base,
            authorization_endpoint: `${base}/a`,
            token_endpoint: `${base}/t`,
            [name]: `${other.base}/x`,
          },
        }),
      })
      await expect(signIn(server, {}, false)).rejects.toThrow('nothing was sent and nothing was kept')
      expect(other.asked).toEqual([])
    },
  )
})

test('a person who sees both hosts may agree to another one', async () => {
  const other = await standIn({ '/token': { body: good } })
  const server = await provider({
    '/.well-known/openid-configuration': (base) => ({
      body: { issuer: base, authorization_endpoint: `${base}/authorize`, token_endpoint: `${other.base}/token` },
    }),
  })
  const { grant, questions } = await signIn(server, {}, true)
  expect(grant.renewal?.tokenEndpoint).toBe(`${other.base}/token`)
  expect(questions).toEqual([`${server.base} signs in at ${other.base}, which is another server. Go on?`])
})

test.each(['ann\r\nroot', 'ann\u001b[2J', 'ann\u202e', 'a'.repeat(256)])(
  'an account named %j is not kept',
  async (name) => {
    const server = await provider({
      '/token': (base) => ({ body: { ...good, id_token: idToken({ iss: base, preferred_username: name }) } }),
    })
    await expect(signIn(server)).rejects.toThrow(/a name of an account that cannot be kept/)
  },
)

/** Its signature is not checked: the connection to the token endpoint proves it (OpenID Connect Core, 3.1.3.7). */
function idToken(claims: object): string {
  const now = Math.floor(Date.now() / 1000)
  const all = { sub: 's', aud: 'client', iat: now, exp: now + 3600, ...claims }
  const coded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  return `${coded({ alg: 'RS256' })}.${coded(all)}.${Buffer.from('x').toString('base64url')}`
}

describe('the answer that the browser brings', () => {
  test('of another issuer, as in a mix-up', async () => {
    const server = await provider({})
    await expect(signIn(server, { iss: 'https://other.example.com' })).rejects.toThrow(
      /is not the server that sent this answer/,
    )
    expect(server.asked.filter(({ line }) => line.startsWith('POST'))).toEqual([])
  })

  test('without an issuer, where the server promises one', async () => {
    const server = await provider({
      '/.well-known/openid-configuration': (base) => ({
        body: {
          issuer: base,
          authorization_endpoint: `${base}/a`,
          token_endpoint: `${base}/token`,
          authorization_response_iss_parameter_supported: true,
        },
      }),
    })
    await expect(signIn(server)).rejects.toThrow(/is not the server that sent this answer/)
  })

  test('with a token instead of a code', async () => {
    const server = await provider({})
    await expect(signIn(server, { token: 't' })).rejects.toThrow(/an answer that cannot be used/)
  })
})
