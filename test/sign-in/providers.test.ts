import { expect, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { grantOf } from '../../src/core/grant.ts'
import { Secret } from '../../src/core/secret.ts'
import { tokenCredential } from '../../src/core/token.ts'
import { providerAt, providerNamed, providers } from '../../src/sign-in/providers.ts'

const base = 'https://git.example.com'

test('each has a name of its own, and a token that is kept finds it again', () => {
  expect(new Set(providers.map(({ name }) => name)).size).toBe(providers.length)
  for (const provider of providers) {
    const place = { endpoint: parseAddress(base), account: 'ann', owner: 'person' }
    const kept = tokenCredential(place, { provider: provider.name, scopes: [] }, { accessToken: new Secret('t') })
    expect(providerNamed(grantOf(kept).provider)).toBe(provider)
  }
})

test('every address of a provider has https', () => {
  for (const { tokenPage, endPage, inquiries, endpoints, revokes } of providers) {
    const inquired = (inquiries?.(base) ?? []).map(({ url }) => url)
    const oauth = typeof endpoints === 'function' ? Object.values(endpoints(base)) : []
    const pages = [tokenPage?.(base), endPage?.(base), revokes?.(base).url].filter((url) => url !== undefined)
    for (const url of [...inquired, ...oauth, ...pages]) expect(url).toMatch(/^https:\/\/[^@]+$/)
  }
})

test('no client id but that of every Gitea and Forgejo is used', () => {
  const withId = providers.filter(({ clientId }) => clientId !== undefined)
  expect(withId.map(({ name }) => name)).toEqual(['gitea', 'forgejo'])
})

test('nobody asks for a refresh token where none can be had', () => {
  for (const { grants, clientId } of providers) if (grants.length === 0) expect(clientId).toBeUndefined()
})

test.each([
  ['github.com', 'github', 'github.com'],
  ['ghcr.io', 'github', 'github.com'],
  ['gitlab.com', 'gitlab', 'gitlab.com'],
  ['registry.gitlab.com', 'gitlab', 'gitlab.com'],
  ['bitbucket.org', 'bitbucket', 'bitbucket.org'],
  ['pkgs.dev.azure.com', 'azure-devops', 'dev.azure.com'],
  ['huggingface.co', 'hugging-face', 'huggingface.co'],
  ['europe-docker.pkg.dev', 'google-artifact-registry', 'europe-docker.pkg.dev'],
])('%s is %s', (host, name, at) => {
  expect(providerAt(host)).toMatchObject({ provider: { name }, host: at })
})

test.each(['example.com', 'github.com.example.com', 'notgithub.com', 'pkg.dev', 'evilpkg.dev', 'git.github.com'])(
  '%s is nobody by its name',
  (host) => {
    expect(providerAt(host)).toBeUndefined()
  },
)

test('the page for a new token has the scopes and the name filled in, where it takes them', () => {
  const page = (name: string) => providerNamed(name)?.tokenPage?.(base)
  expect(page('github')).toBe(
    `${base}/settings/tokens/new?description=credbridge&scopes=repo,workflow,gist,read:packages,write:packages`,
  )
  expect(page('gitlab')).toContain('?name=credbridge&scopes=api,')
  for (const { tokenPage, ticks, scopes } of providers) {
    if (tokenPage !== undefined && !/scopes=|tokenType=/.test(tokenPage(base)))
      expect([ticks, scopes]).not.toEqual([undefined, []])
  }
})
