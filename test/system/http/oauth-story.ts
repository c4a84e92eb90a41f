import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Certificate, signed } from '../../real/certificate.ts'
import { listening } from '../../real/listening.ts'
import type { Provider, SignedIn } from './authorizing.ts'

type Authorize = (provider: Provider) => Promise<SignedIn>

interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const algorithms = ['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA'] as const
type Name = (typeof algorithms)[number]

function newKeys(algorithm: Name): Keys {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  if (algorithm.startsWith('ES')) return generateKeyPairSync('ec', { namedCurve: `P-${algorithm.slice(2)}` })
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** https://www.rfc-editor.org/rfc/rfc7518#section-3.1 */
function signature(algorithm: Name, text: string, key: KeyObject): string {
  const hash = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`
  const form = algorithm.startsWith('PS')
    ? { padding: 6, saltLength: Number(algorithm.slice(2)) / 8 }
    : { dsaEncoding: 'ieee-p1363' as const }
  return sign(hash, Buffer.from(text), { key, ...form }).toString('base64url')
}

/** What a library for OAuth does with our client at a provider of OpenID Connect. */
export function tellOAuthStory(authorize: Authorize): void {
  let folder = ''
  let authority: Certificate
  let server: Certificate
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-oauth-'))
    ;({ authority, server } = signed(folder, 'IP:127.0.0.1'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  interface Faults {
    /** The keys that it signs with, if they are not those that it publishes. */
    readonly signsWith?: Keys
    readonly state?: string
    readonly issuer?: string
  }

  /** Signs everybody in at once, and rotates. */
  async function providerWith(algorithm: Name, faults: Faults = {}): Promise<Provider> {
    const keys = newKeys(algorithm)
    const asked = new Map<string, URLSearchParams>()
    let refreshes = 0
    const idToken = (issuer: string, nonce: string | null) => {
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: issuer, aud: 'native', sub: 'alice', iat: now, exp: now + 60, nonce }
      const parts = [{ alg: algorithm, kid: 'one' }, claims]
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      return `${text}.${signature(algorithm, text, (faults.signsWith ?? keys).privateKey)}`
    }
    const granted = (form: URLSearchParams) => {
      const issued = (more: object) => ({ access_token: `access-${refreshes}`, token_type: 'bearer', ...more })
      if (form.get('grant_type') === 'refresh_token') {
        if (form.get('refresh_token') !== `refresh-${refreshes}`) return undefined
        refreshes++
        return issued({ refresh_token: `refresh-${refreshes}` })
      }
      const question = asked.get(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      if (question === undefined || question.get('code_challenge') !== challenge) return undefined
      return issued({ refresh_token: 'refresh-0', id_token: idToken(issuer, question.get('nonce')) })
    }
    const respond = async (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '', issuer)
      const json = (value: object, status = 200) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      if (url.pathname === '/auth') {
        const code = randomBytes(8).toString('hex')
        asked.set(code, url.searchParams)
        const back = new URL(url.searchParams.get('redirect_uri') ?? '')
        back.search = `${new URLSearchParams({ code, state: faults.state ?? url.searchParams.get('state') ?? '', iss: issuer })}`
        response.writeHead(302, { location: back.href }).end()
      } else if (url.pathname === '/token') {
        const body: Buffer[] = []
        for await (const part of request) body.push(part)
        const tokens = granted(new URLSearchParams(Buffer.concat(body).toString()))
        json(tokens ?? { error: 'invalid_grant' }, tokens === undefined ? 400 : 200)
      } else if (url.pathname === '/keys') {
        json({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }] })
      } else {
        json({
          issuer: faults.issuer ?? issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          authorization_response_iss_parameter_supported: true,
          id_token_signing_alg_values_supported: [algorithm],
        })
      }
    }
    const listener = createServer(server, (request, response) => void respond(request, response))
    const issuer = `https://127.0.0.1:${await listening(listener, (work) => onTestFinished(work))}`
    return { issuer, caFile: authority.file }
  }

  test.each(algorithms)('signs in and renews, with identities signed by %s', async (algorithm) => {
    expect(await authorize(await providerWith(algorithm))).toEqual({
      subject: 'alice',
      tokens: ['access-0', 'access-1'],
    })
  })

  test.each(algorithms)('refuses an identity that a stranger signed by %s', async (algorithm) => {
    const provider = await providerWith(algorithm, { signsWith: newKeys(algorithm) })
    expect(await authorize(provider)).toEqual({ refused: 'OAUTH_INVALID_RESPONSE' })
  })

  test('refuses a forged state and a mixed-up issuer', async () => {
    expect(await authorize(await providerWith('ES256', { state: 'forged' }))).toEqual({
      refused: 'OAUTH_INVALID_RESPONSE',
    })
    expect(await authorize(await providerWith('ES256', { issuer: 'https://idp.example.com' }))).toEqual({
      refused: 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    })
  })

  test('says why there is no connection', async () => {
    const { issuer } = await providerWith('ES256')
    const other = signed(join(folder, 'other'), 'IP:127.0.0.1').authority
    expect(await authorize({ issuer, caFile: other.file })).toEqual({
      refused: `an unknown authority made the certificate of ${new URL(issuer).host}`,
    })
  })
}
