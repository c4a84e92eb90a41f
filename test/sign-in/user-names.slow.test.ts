import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { signInByToken } from '../../src/sign-in/own-token.ts'
import type { Provider } from '../../src/sign-in/provider.ts'
import { providerNamed } from '../../src/sign-in/providers.ts'
import { signInByOAuth } from '../../src/sign-in/sign-in.ts'
import { httpClient } from '../../src/system/http/client.ts'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { at, startTokenWorld } from '../real/token-world.ts'
import { personWith } from './persons.ts'
import { standIn } from './stand-in.ts'

/* The user name that goes with a token, where the provider wants another one from one tool than from the others. */

const asGit = (more = '') => ({ input: `protocol=https\nhost=git.example.com\n${more}\n` })

needs('the build (npm run build)', built)('built', () => {
  test('each tool sends its own, after a renewal, too, and what git repeats is no copy', async () => {
    const world = await startTokenWorld('vault', onTestFinished)
    await world.signIn('alice', { endsIn: 1, grant: { users: { git: 'x-token-auth' } } })
    const git = await world.run('git-credential-credbridge', ['get'], asGit())
    expect(git.stdout).toMatch(/^username=x-token-auth\npassword=/)
    expect((await world.run('git-credential-credbridge', ['get'], asGit('username=x-token-auth\n'))).stdout).toBe(
      git.stdout,
    )
    const docker = await world.run('docker-credential-credbridge', ['get'], { input: at })
    expect(JSON.parse(docker.stdout)).toMatchObject({ Username: 'alice' })
    await world.run('git-credential-credbridge', ['store'], asGit(git.stdout))
    const list = JSON.parse((await world.credbridge('list', at, '--json')).stdout) as readonly { owner: string }[]
    expect(list.map(({ owner }) => owner)).toEqual(['person'])
    expect(await world.provider.refreshes()).toBe(1)
  })
})

/** Bitbucket's entry, at a stand-in. */
function bitbucketAt(base: string): Provider {
  const { inquiries: _, ...bitbucket } = providerNamed('bitbucket') as Provider
  return { ...bitbucket, endpoints: () => ({ issuer: base, authorization: `${base}/a`, token: `${base}/t` }) }
}

test('Bitbucket wants one from git with a token that a person made, and another with one of its OAuth server', async () => {
  const { base } = await standIn({ '/t': { body: { access_token: 'at', token_type: 'bearer', refresh_token: 'rt' } } })
  const fetcher = httpClient({ environment: {} })
  const found = { provider: bitbucketAt(base), base }
  const made = await signInByToken(fetcher, found, 'ann@example.com', undefined, personWith({ types: () => 't' }))
  expect(made.grant.users).toEqual({ git: 'x-bitbucket-api-token-auth' })
  const person = personWith({
    browser: (url) => {
      const { searchParams } = new URL(url)
      return fetch(`${searchParams.get('redirect_uri')}/?code=c&state=${searchParams.get('state')}`)
    },
  })
  const us = { clientId: 'mine', clientSecret: new Secret('s') }
  const { grant } = await signInByOAuth(fetcher, found, us, undefined, person)
  expect(grant).toMatchObject({ users: { git: 'x-token-auth' }, renewal: { secretIn: 'header' } })
  const own = await signInByOAuth(fetcher, found, us, { user: 'mine' }, person)
  expect([own.grant.user, own.grant.users]).toEqual(['mine', undefined])
})
