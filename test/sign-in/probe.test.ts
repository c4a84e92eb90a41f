import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { findProvider } from '../../src/sign-in/probe.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { type Pages, standIn } from './stand-in.ts'

/* What an endpoint is, by what it answers. The pages of forges are stand-ins, written after the real ones. */

const fetcher = httpClient({ environment: {} })

async function found(pages: Pages, path = '') {
  const server = await standIn(pages)
  const outcome = await findProvider(fetcher, parseAddress(server.base + path))
  return { ...server, name: outcome?.provider.name, at: outcome?.base.slice(server.base.length), outcome }
}

describe('a forge is known by a page of its own', () => {
  test.each<readonly [string, Pages]>([
    ['gitea', { '/api/v1/version': { body: { version: '1.26.0' } } }],
    [
      'forgejo',
      {
        '/api/forgejo/v1/version': { body: { version: '11.0.1+gitea-1.22.0' } },
        '/api/v1/version': { body: { version: '11.0.1+gitea-1.22.0' } },
      },
    ],
    ['gitlab-self-hosted', { '/api/v4/version': { status: 401, body: { message: '401 Unauthorized' } } }],
    ['github-enterprise', { '/api/v3/meta': { body: { installed_version: '3.17.0' } } }],
  ])('%s', async (name, pages) => {
    expect(await found(pages)).toMatchObject({ name, at: '' })
  })

  test('also below a path', async () => {
    const pages = { '/gitea/api/v1/version': { body: { version: '1.26.0' } } }
    expect(await found(pages, '/gitea')).toMatchObject({ name: 'gitea', at: '/gitea' })
  })

  test('and for the address of a repository', async () => {
    const pages = { '/api/v1/version': { body: { version: '1.26.0' } } }
    expect(await found(pages, '/team/repo')).toMatchObject({ name: 'gitea', at: '' })
  })
})

test('also for the address of a repository of a forge below a path', async () => {
  const pages = { '/gitea/api/v1/version': { body: { version: '1.26.0' } } }
  expect(await found(pages, '/gitea/team/repo')).toMatchObject({ name: 'gitea', at: '/gitea' })
})

describe('an OAuth server is known by its configuration', () => {
  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])('%s', async (page) => {
    expect(await found({ [page]: (base) => ({ body: { issuer: base } }) })).toMatchObject({ name: 'oauth', at: '' })
  })

  test('a challenge names a document of the endpoint, and that another server', async () => {
    const { name, outcome } = await found({
      '/': (base) => ({
        status: 401,
        headers: { 'www-authenticate': `Bearer resource_metadata="${base}/about"` },
      }),
      '/about': { body: { authorization_servers: ['https://login.example.com'] } },
    })
    expect(name).toBe('oauth')
    expect(outcome?.authorizationServer).toBe('https://login.example.com')
  })

  test('a challenge that names a document elsewhere is not followed', async () => {
    const other = await standIn({ '/about': { body: { authorization_servers: ['https://login.example.com'] } } })
    const { outcome } = await found({
      '/': { status: 401, headers: { 'www-authenticate': `Bearer resource_metadata="${other.base}/about"` } },
    })
    expect(outcome).toBeUndefined()
    expect(other.asked).toEqual([])
  })
})

test('pages that are none are nobody', async () => {
  const page = { body: '<html>sign in to the network</html>' }
  const pages = ['/api/v1/version', '/api/forgejo/v1/version', '/.well-known/openid-configuration']
  expect(await found(Object.fromEntries(pages.map((path) => [path, page])))).toMatchObject({ name: undefined })
})

test.each([
  [404, undefined],
  [200, 'gitlab-self-hosted'],
  [401, 'gitlab-self-hosted'],
])('the header of a GitLab with status %i is %s', async (status, name) => {
  const page = { status, headers: { 'x-gitlab-meta': '{}' }, body: {} }
  expect(await found({ '/api/v4/version': page })).toMatchObject({ name })
})

test('a redirect is not followed', async () => {
  const other = await standIn({ '/api/v1/version': { body: { version: '1.26.0' } } })
  const { name } = await found({
    '/api/v1/version': { status: 302, headers: { location: `${other.base}/api/v1/version` } },
  })
  expect(name).toBeUndefined()
  expect(other.asked).toEqual([])
})

test('a host that nobody reaches is a failure, not nobody', async () => {
  const { base } = await standIn({})
  const closed = parseAddress(`${base.slice(0, base.lastIndexOf(':'))}:9`)
  await expect(findProvider(fetcher, closed)).rejects.toThrow(/accepts no connection/)
})

test('nothing of ours is sent', async () => {
  const { asked } = await found({})
  for (const { request } of asked)
    expect([request.headers.authorization, request.headers.cookie]).toEqual([undefined, undefined])
})
