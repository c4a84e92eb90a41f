import { describe, expect, test } from 'vitest'
import type { Kind } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { profiles } from '../../src/tools/profiles.ts'

function variables(
  name: string,
  kind: Kind,
  {
    url = 'https://packages.my-corp.example.com',
    account = 'alice',
    secret = 'pa ss',
    word = '',
    before = {} as Record<string, string>,
  } = {},
) {
  const profile = profiles.find((one) => one.name === name)
  const credential = { endpoint: parseAddress(url), account, owner: 'person', kind, secret: new Secret(secret) }
  return profile?.variables(credential, word, (variable) => before[variable])
}

describe('each program’s own variable', () => {
  test('Composer', () => {
    expect(variables('composer', 'basic')).toEqual({
      COMPOSER_AUTH: '{"http-basic":{"packages.my-corp.example.com":{"username":"alice","password":"pa ss"}}}',
    })
    expect(variables('composer', 'bearer', { url: 'https://a.example.com:8443/x' })).toEqual({
      COMPOSER_AUTH: '{"bearer":{"a.example.com:8443":"pa ss"}}',
    })
    const before = { COMPOSER_AUTH: '{"bearer":{"b.example.com":"B"},"github-oauth":{"c.example.com":"C"}}' }
    expect(JSON.parse(variables('composer', 'bearer', { before })?.['COMPOSER_AUTH'] ?? '')).toEqual({
      bearer: { 'b.example.com': 'B', 'packages.my-corp.example.com': 'pa ss' },
      'github-oauth': { 'c.example.com': 'C' },
    })
    for (const COMPOSER_AUTH of ['{', '[]', '"x"']) {
      expect(() => variables('composer', 'basic', { before: { COMPOSER_AUTH } })).toThrow('COMPOSER_AUTH')
    }
  })

  test('Bundler', () => {
    expect(variables('bundler', 'basic')).toEqual({ BUNDLE_PACKAGES__MY___CORP__EXAMPLE__COM: 'alice:pa%20ss' })
    expect(variables('bundler', 'bearer', { secret: 't:k' })).toEqual({
      BUNDLE_PACKAGES__MY___CORP__EXAMPLE__COM: 't%3Ak',
    })
    expect(variables('bundler', 'basic', { url: 'http://127.0.0.1:7777' })).toEqual({
      'BUNDLE_HTTP://127__0__0__1:7777/': 'alice:pa%20ss',
    })
    expect(variables('bundler', 'basic', { url: 'https://my-gems.example.com:8443/a/b' })).toEqual({
      'BUNDLE_HTTPS://MY___GEMS__EXAMPLE__COM:8443/A/B/': 'alice:pa%20ss',
    })
    expect(() => variables('bundler', 'basic', { url: 'https://a.example.com:8443/a=b' })).toThrow('name')
  })

  test('RubyGems and Hex', () => {
    expect(variables('rubygems', 'bearer')).toEqual({ GEM_HOST_API_KEY: 'pa ss' })
    expect(variables('hex', 'bearer')).toEqual({ HEX_API_KEY: 'pa ss' })
  })

  test('NuGet', () => {
    expect(variables('nuget', 'basic', { word: 'corp' })).toEqual({
      NuGetPackageSourceCredentials_corp: 'Username=alice;Password=pa ss',
    })
    expect(() => variables('nuget', 'basic', { word: 'corp', secret: 'a;b' })).toThrow('semicolon')
  })

  test('Gradle', () => {
    expect(variables('gradle', 'basic', { word: 'corp' })).toEqual({
      ORG_GRADLE_PROJECT_corpUsername: 'alice',
      ORG_GRADLE_PROJECT_corpPassword: 'pa ss',
    })
  })
})
