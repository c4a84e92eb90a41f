import { expect, onTestFinished, vi } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { selfHosted } from '../../src/sign-in/providers.ts'
import { signInByOAuth } from '../../src/sign-in/sign-in.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { thorough, usual } from '../real/depth.ts'
import { personWith } from './persons.ts'
import { type Pages, standIn } from './stand-in.ts'

/* The ways to sign in, in the order of the provider, as far as they work here. */

const fetcher = httpClient({ environment: {} })
const good = { access_token: 'at', token_type: 'bearer', scope: 'repo,gist' }

/** GitHub's form of the device flow, which answers errors with status 200. */
const device = (...answers: readonly object[]): Pages => {
  const left = [...answers]
  return {
    '/login/device/code': {
      body: {
        device_code: 'd',
        user_code: 'AB-12',
        verification_uri: 'https://h.example.com/device',
        expires_in: 600,
        interval: 1,
      },
    },
    '/login/oauth/access_token': () => ({ body: left.shift() ?? good }),
    '/api/v3/user': { body: { login: 'ann' } },
  }
}

const gitHub = selfHosted('github-enterprise')

thorough('the device flow asks again as long as the provider says so, and shows address and code', async () => {
  const server = await standIn(device({ error: 'authorization_pending' }, good))
  const shown: string[] = []
  const person = personWith({ browser: (url) => shown.push(url) })
  const signedIn = await signInByOAuth(
    fetcher,
    { provider: gitHub, base: server.base },
    { clientId: 'mine' },
    undefined,
    person,
  )
  expect(signedIn).toMatchObject({ account: 'ann', grant: { provider: 'github-enterprise', scopes: ['repo', 'gist'] } })
  expect(signedIn.grant.renewal).toBeUndefined()
  expect(person.lines).toEqual([
    'credbridge will ask for: repositories, workflows, gists and packages',
    'open https://h.example.com/device on any machine, and type this code there: AB-12',
    'waiting until it is confirmed there, at most 10 minutes (Ctrl-C stops it)',
  ])
  expect(shown).toEqual(['https://h.example.com/device'])
  const forms = server.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
  expect(forms[0]).toEqual({ client_id: 'mine', scope: 'repo workflow gist read:packages write:packages' })
  expect(forms[1]).toMatchObject({ client_id: 'mine', device_code: 'd' })
})

usual('GitHub gets the secret of a client in the body', async () => {
  const server = await standIn(device(good))
  const us = { clientId: 'mine', clientSecret: new Secret('s') }
  const found = { provider: gitHub, base: server.base }
  await signInByOAuth(fetcher, found, us, undefined, personWith())
  const forms = server.asked.map(({ body }) => new URLSearchParams(body).get('client_secret'))
  expect(forms.slice(0, 2)).toEqual(['s', 's'])
})

thorough.each([
  ['access_denied', 'the sign-in at HOST was not allowed'],
  ['expired_token', 'the code for HOST has expired before it was confirmed'],
  ['device_flow_disabled', 'HOST refused the sign-in'],
])('the device flow ends with %s', async (error, says) => {
  const { base } = await standIn(device({ error }))
  const outcome = signInByOAuth(fetcher, { provider: gitHub, base }, { clientId: 'mine' }, undefined, personWith())
  await expect(outcome).rejects.toThrow(says.replace('HOST', new URL(base).host))
})

const token = { access_token: 'at', token_type: 'bearer', expires_in: 3600, refresh_token: 'rt' }

const gitea: Pages = { '/login/oauth/access_token': { body: token }, '/api/v1/user': { body: { login: 'ann' } } }

/** What a person reads in the address bar at the end. */
function brought(lines: readonly string[], more: Readonly<Record<string, string>> = {}): string {
  const address = lines.find((line) => line.includes('/login/oauth/authorize')) ?? ''
  const { searchParams } = new URL(address)
  const query = new URLSearchParams({ code: 'c', state: searchParams.get('state') ?? '', ...more })
  return `${searchParams.get('redirect_uri')}/?${query}`
}

usual('without a browser and without a device flow, the person brings the address', async () => {
  const { base, asked } = await standIn(gitea)
  const person = personWith({ types: (lines) => `  ${brought(lines)}\n` })
  const found = { provider: selfHosted('gitea'), base }
  const { clientId = '' } = found.provider
  expect(await signInByOAuth(fetcher, found, { clientId }, undefined, person)).toMatchObject({
    account: 'ann',
    grant: { renewal: { clientId, tokenEndpoint: `${base}/login/oauth/access_token` } },
  })
  const form = new URLSearchParams(asked[0]?.body)
  expect(form.get('redirect_uri')).toBe('http://127.0.0.1')
  expect(form.get('code_verifier')).toMatch(/^[\w-]{43}$/)
})

usual('a token lasts from when it was asked for, however long the person took', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const { base } = await standIn(gitea)
  const later = Date.now() + 9 * 60_000
  const person = personWith({
    types: (lines) => {
      vi.setSystemTime(later)
      return brought(lines)
    },
  })
  const { issued } = await signInByOAuth(
    fetcher,
    { provider: selfHosted('gitea'), base },
    { clientId: 'mine' },
    undefined,
    person,
  )
  expect(issued.expires).toBe(Math.floor(later / 1000) + 3600)
})

usual.each<readonly [string, (lines: readonly string[]) => string, RegExp]>([
  ['a forged state', (lines) => brought(lines, { state: 'wrong' }), /an answer that cannot be used|state/],
  ['another address', () => 'https://evil.example.com/?code=c', /not the address at which the browser ended/],
  ['the code alone', () => 'c', /not the address at which the browser ended/],
  ['the refusal', (lines) => brought(lines, { error: 'access_denied' }), /was not allowed/],
])('brought: %s', async (_, types, says) => {
  const { base, asked } = await standIn(gitea)
  const found = { provider: selfHosted('gitea'), base }
  await expect(signInByOAuth(fetcher, found, { clientId: 'mine' }, undefined, personWith({ types }))).rejects.toThrow(
    says,
  )
  expect(asked).toEqual([])
})

usual('nobody there and no browser: refused', async () => {
  const { base } = await standIn(gitea)
  const outcome = signInByOAuth(fetcher, { provider: selfHosted('gitea'), base }, { clientId: 'mine' }, undefined, {
    ...personWith(),
    isThere: false,
  })
  await expect(outcome).rejects.toThrow(/can only be signed in at with a browser, and none can be opened here/)
})

usual('the browser is sent to the provider with PKCE, state and the person’s own scopes', async () => {
  const { base } = await standIn(gitea)
  const addresses: string[] = []
  const person = personWith({
    browser: (url) => {
      addresses.push(url)
      const { searchParams } = new URL(url)
      return fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
    },
  })
  const own = { clientId: 'mine', scopes: ['read'], user: 'oauth2' }
  const { grant } = await signInByOAuth(
    fetcher,
    { provider: selfHosted('gitea'), base },
    { clientId: 'mine' },
    own,
    person,
  )
  expect(grant).toMatchObject({ user: 'oauth2', scopes: ['read'] })
  const query = Object.fromEntries(new URL(addresses[0] ?? '').searchParams)
  expect(query).toMatchObject({
    response_type: 'code',
    client_id: 'mine',
    scope: 'read',
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{43}$/),
    redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  })
  expect(person.lines[1]).toBe(`if no browser opens, go to ${addresses[0]}`)
})

usual('the settings may name another server, and nobody is asked', async () => {
  const [login, { base }] = [await standIn(gitea), await standIn(gitea)]
  const own = {
    clientId: 'mine',
    issuer: login.base,
    authorizationEndpoint: `${login.base}/login/oauth/authorize`,
    tokenEndpoint: `${login.base}/login/oauth/access_token`,
  }
  const person = personWith({ types: (lines) => brought(lines) })
  const { grant } = await signInByOAuth(
    fetcher,
    { provider: selfHosted('gitea'), base },
    { clientId: 'mine' },
    own,
    person,
  )
  expect(grant.renewal?.tokenEndpoint).toBe(own.tokenEndpoint)
  expect(person.questions).toEqual(['Paste the address that it shows then'])
})
