import { expect, onTestFinished, test } from 'vitest'
import { startOidcProvider } from './oidc-provider.ts'

test('the provider rotates refresh tokens, and one that is used twice ends the grant', async () => {
  const provider = await startOidcProvider({ accessTokenSeconds: 600 })
  onTestFinished(() => provider.close())
  const first = await provider.signIn()
  const refresh = async (token: string) => {
    const body = { grant_type: 'refresh_token', client_id: provider.clientId, refresh_token: token }
    const response = await fetch(provider.tokenEndpoint, { method: 'POST', body: new URLSearchParams(body) })
    const answer = (await response.json()) as { readonly [name: string]: unknown }
    const { access_token: access, refresh_token: refreshed, ...rest } = answer
    return { status: response.status, access: String(access), refreshed: String(refreshed), ...rest }
  }
  expect(await provider.isValid(first.accessToken)).toBe(true)
  const renewed = await refresh(first.refreshToken)
  expect(renewed).toMatchObject({ status: 200, token_type: 'Bearer', expires_in: 600 })
  expect(await provider.isValid(renewed.access)).toBe(true)
  expect(await provider.refreshes()).toBe(1)
  expect(await refresh(first.refreshToken)).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect(await refresh(renewed.refreshed)).toMatchObject({ status: 400, error: 'invalid_grant' })
  expect(await provider.isValid(renewed.access)).toBe(false)
  expect(await provider.refreshes()).toBe(1)
})
