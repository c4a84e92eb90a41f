import { beforeEach, describe, expect, test } from 'vitest'
import { envSpecVariables, parseEnvSpec, profileVariables, type ReadPlace } from '../../src/commands/env-spec.ts'
import { placeFrom } from '../../src/commands/place.ts'
import { createBroker } from '../../src/core/broker.ts'
import type { Kind } from '../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import type { CliContext } from '../../src/edge/terminal/cli-context.ts'
import { memoryStore } from '../../src/stores/memory/store.ts'
import { someone } from '../asker.ts'

let store = memoryStore()
let broker = createBroker({ asker: someone, stores: [store], now: Date.now, recoverHours: 24 })
beforeEach(() => {
  store = memoryStore()
  broker = createBroker({ asker: someone, stores: [store], now: Date.now, recoverHours: 24 })
})

const save = (url: string, account: string, secret: string, kind: Kind = 'basic') =>
  store.save(someone, { endpoint: parseAddress(url), account, owner: 'git', kind, secret: new Secret(secret) })

let said = ''
const messages = { width: undefined, colours: false }
const terminal = { say: (text: string) => (said += text), messages } as unknown as CliContext['terminal']
const readPlace: ReadPlace = (word) => placeFrom({ terminal, broker: async () => broker }, word, undefined, {})
const variables = async (text: string) => (await envSpecVariables(parseEnvSpec(text), broker, readPlace)).variables
const profile = async (text: string) => (await profileVariables(text, broker, readPlace, () => undefined)).variables

describe('--env', () => {
  test.each([
    ['X=https://h.example.com', 'X', 'https://h.example.com', undefined, 'password'],
    ['X=https://h.example.com:8443/a/', 'X', 'https://h.example.com:8443/a', undefined, 'password'],
    ['X=https://h.example.com:username', 'X', 'https://h.example.com', undefined, 'username'],
    ['X=https://h.example.com:8443:basic', 'X', 'https://h.example.com:8443', undefined, 'basic'],
    ['A.b-c_1=https://h.example.com#bob:bearer', 'A.b-c_1', 'https://h.example.com', 'bob', 'bearer'],
    ['X=https://h.example.com#', 'X', 'https://h.example.com', '', 'password'],
    ['X=https://h.example.com#a%3Apassword', 'X', 'https://h.example.com', 'a:password', 'password'],
    ['X=https://h.example.com/a=b#c=d', 'X', 'https://h.example.com/a=b', 'c=d', 'password'],
    ['X=h.example.com', 'X', 'https://h.example.com', undefined, 'password'],
    ['X=h.example.com:8443:basic', 'X', 'https://h.example.com:8443', undefined, 'basic'],
    ['X=h.example.com/a#bob:bearer', 'X', 'https://h.example.com/a', 'bob', 'bearer'],
    ['X=localhost:8080', 'X', 'https://localhost:8080', undefined, 'password'],
  ])('%s', async (text, variable, key, account, part) => {
    const spec = parseEnvSpec(text)
    expect(spec).toMatchObject({ variable, part })
    expect(await readPlace(spec.place)).toMatchObject({ endpoint: { key }, account })
  })

  test('a host without a scheme is https, which is said, unless a service of that name is kept', async () => {
    await save('https://h.example.com', 'bob', 'x')
    said = ''
    expect(await variables('X=h.example.com')).toEqual({ X: 'x' })
    expect(said).toBe('note: h.example.com means https://h.example.com\n')
    const service = { endpoint: serviceName('h.example.com'), account: 'ann', owner: 'python', kind: 'basic' } as const
    await store.save(someone, { ...service, secret: new Secret('of the service') })
    expect(await variables('X=h.example.com')).toEqual({ X: 'of the service' })
    await expect(profile('bundler=h.example.com')).rejects.toMatchObject({ code: 'malformed' })
  })

  test.each([
    'X',
    '=https://h.example.com',
    '1X=https://h.example.com',
    'A B=https://h.example.com',
    'X=',
    'X=host',
    'X=https://h.example.com#%',
  ])('%s is not understood', async (text) => {
    await expect(variables(text)).rejects.toMatchObject({ code: 'malformed' })
  })

  test.each([
    ...['LD_PRELOAD', 'ld_preload', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS', 'BASH_ENV', 'PATH', 'GIT_SSH_COMMAND'],
    ...['GIT_CONFIG_COUNT', 'PYTHONPATH', 'PERL5OPT', 'https_proxy', 'npm_config_registry', 'CREDBRIDGE_STORE'],
  ])('%s is no place for a secret', (name) => {
    expect(() => parseEnvSpec(`${name}=https://h.example.com`)).toThrow(expect.objectContaining({ code: 'refused' }))
  })

  test.each(['NPM_TOKEN', 'YARN_NPM_AUTH_TOKEN', 'GIT_TOKEN', 'BUN_AUTH_TOKEN', 'HOMEBREW_GITHUB_API_TOKEN'])(
    '%s is one',
    (name) => expect(parseEnvSpec(`${name}=https://h.example.com`).variable).toBe(name),
  )

  test('the parts of a credential', async () => {
    await save('https://h.example.com', 'bob', 'p:ss')
    await save('https://t.example.com', '', 'token', 'bearer')
    expect(await variables('X=https://h.example.com')).toEqual({ X: 'p:ss' })
    expect(await variables('X=https://h.example.com:username')).toEqual({ X: 'bob' })
    expect(await variables('X=https://h.example.com:basic')).toEqual({
      X: `Basic ${Buffer.from('bob:p:ss').toString('base64')}`,
    })
    expect(await variables('X=https://t.example.com')).toEqual({ X: 'token' })
    expect(await variables('X=https://t.example.com:bearer')).toEqual({ X: 'Bearer token' })
  })

  test('exactly there, exactly that account, exactly that kind; else the command that adds it', async () => {
    await save('https://h.example.com', 'bob', 'x')
    for (const [text, hint] of [
      ['X=https://h.example.com/deeper', 'credbridge set --kind basic https://h.example.com/deeper'],
      ['X=http://h.example.com', 'credbridge set --kind basic http://h.example.com'],
      ['X=https://h.example.com#carol', 'credbridge set --kind basic https://h.example.com carol'],
      ['X=https://h.example.com:bearer', 'credbridge set --kind bearer https://h.example.com'],
    ] as const) {
      await expect(variables(text)).rejects.toMatchObject({ code: 'refused', hints: [hint] })
    }
  })

  test('several accounts are not guessed at', async () => {
    await save('https://h.example.com', 'bob', 'x')
    await save('https://h.example.com', 'carol', 'y')
    await expect(variables('X=https://h.example.com')).rejects.toMatchObject({ code: 'ambiguous' })
    expect(await variables('X=https://h.example.com#carol')).toEqual({ X: 'y' })
  })

  test('what a variable cannot carry', async () => {
    await save('https://h.example.com', 'bob', 'a\0b')
    await expect(variables('X=https://h.example.com')).rejects.toMatchObject({ code: 'malformed' })
  })
})

describe('--profile', () => {
  test('for an endpoint', async () => {
    await save('https://h.example.com', 'bob', 'x')
    expect(await profile('bundler=https://h.example.com')).toEqual({ BUNDLE_H__EXAMPLE__COM: 'bob:x' })
    expect(await profile('gradle:corp=https://h.example.com#bob')).toEqual({
      ORG_GRADLE_PROJECT_corpUsername: 'bob',
      ORG_GRADLE_PROJECT_corpPassword: 'x',
    })
  })

  test('for all that is shared with it', async () => {
    await expect(profile('composer')).rejects.toMatchObject({
      hints: [expect.any(String), 'credbridge share https://host --with composer'],
    })
    for (const host of ['a', 'b', 'c']) await save(`https://${host}.example.com`, 'bob', host)
    for (const host of ['a', 'b']) {
      await (await broker.personActions()).share(parseAddress(`https://${host}.example.com`), 'bob', 'composer')
    }
    expect(JSON.parse((await profile('composer'))['COMPOSER_AUTH'] ?? '')).toEqual({
      'http-basic': {
        'a.example.com': { username: 'bob', password: 'a' },
        'b.example.com': { username: 'bob', password: 'b' },
      },
    })
  })

  test.each([
    'nothing=https://h.example.com',
    'composer:x=https://h.example.com',
    'gradle=https://h.example.com',
    'nuget:a b=https://h.example.com',
  ])('%s is not understood', async (text) => {
    await save('https://h.example.com', 'bob', 'x')
    await expect(profile(text)).rejects.toMatchObject({ code: 'malformed' })
  })
})
