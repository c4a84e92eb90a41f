import { expect, test } from 'vitest'
import { keepSignIn } from '../../src/commands/login-kept.ts'
import { type Address, parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import type { CliContext } from '../../src/edge/terminal/cli-context.ts'
import { selfHosted } from '../../src/sign-in/providers.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { standIn } from './stand-in.ts'

/* Where the system does not tell whose browser answered, the person says whether the account is theirs. */

async function keep(isTheirs: boolean, named?: string) {
  const { base, asked } = await standIn({ '/revoke': { body: {} } })
  const questions: string[] = []
  const confirm = async (question: string) => {
    questions.push(question)
    return isTheirs
  }
  const broker = () => Promise.reject(new Error('it goes on'))
  const context = { terminal: { confirm }, broker } as unknown as CliContext
  const renewal = { issuer: base, clientId: 'c', tokenEndpoint: `${base}/token`, revocationEndpoint: `${base}/revoke` }
  const signedIn = {
    account: 'eve',
    grant: { provider: 'oauth', scopes: [], renewal },
    issued: { accessToken: new Secret('at'), refreshToken: new Secret('rt') },
    mayBeAnothers: true as const,
  }
  const place = { typed: parseAddress(base) as Address, account: named }
  const found = { provider: selfHosted('oauth'), base }
  const outcome = await keepSignIn(context, httpClient({ environment: {} }), place, signedIn, found).catch(String)
  return { outcome, questions, ended: asked.map(({ body }) => body) }
}

test('what is not theirs is ended at the provider', async () => {
  expect(await keep(false)).toEqual({
    outcome: expect.stringContaining('nothing was kept'),
    questions: ['This is the account eve. Is it yours?'],
    ended: ['token=rt&client_id=c', 'token=at&client_id=c'],
  })
})

test('what is theirs is kept, and a named account is not asked about', async () => {
  expect(await keep(true)).toMatchObject({ outcome: 'Error: it goes on', questions: [expect.any(String)] })
  expect(await keep(true, 'eve')).toMatchObject({ outcome: 'Error: it goes on', questions: [] })
})
