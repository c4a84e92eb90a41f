import { describe, expect, test } from 'vitest'
import { type Credential, person } from '../../../src/core/credential.ts'
import { parseAddress, parseEndpoint, userIn } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { printNetrc } from '../../../src/tools/netrc/print.ts'
import type { ToolCommandContext } from '../../../src/tools/tool.ts'
import { someone } from '../../asker.ts'
import { conversation } from '../conversation.ts'

const at = (url: string, account = 'alice', secret = 's3cret', more: Partial<Credential> = {}): Credential => ({
  endpoint: parseAddress(url),
  account,
  owner: person,
  kind: 'basic',
  secret: new Secret(secret),
  ...more,
})

/** Prints entries for these words; what is printed, what is said, and the exit code. */
async function printed(
  items: readonly Credential[],
  words: readonly string[],
  { onTerminal = false, show = false } = {},
) {
  const it = conversation()
  for (const item of items) await it.store.save(someone, item)
  let [out, said] = ['', '']
  const nobody = async () => Promise.reject(new Error('nobody is asked'))
  const context: ToolCommandContext = {
    broker: async () => it.broker,
    placeIn: async (word) => ({ endpoint: parseEndpoint(word), account: userIn(word) }),
    terminal: {
      inIsTerminal: false,
      inShellWords: (text) => text,
      outIsTerminal: onTerminal,
      progress() {},
      width: undefined,
      colours: false,
      messages: { width: undefined, colours: false },
      out(text) {
        out += text
      },
      say(text) {
        said += text
      },
      ask: nobody,
      askSecret: nobody,
      confirm: nobody,
      confirmByEnter: nobody,
      readSecret: nobody,
    },
  }
  const exitCode = await printNetrc(context, words, show)
  return [out, said, exitCode]
}

const site = 'https://a.example.com'

describe('an entry for each endpoint', () => {
  test.each<[string, readonly Credential[], readonly string[], string]>([
    ['one', [at(site)], [site], 'machine a.example.com login alice password s3cret\n'],
    [
      'two hosts, one of them twice',
      [at(site), at('https://b.example.com:8443', 'bob', 'p')],
      [site, 'https://b.example.com:8443/x', `${site}/y`],
      'machine a.example.com login alice password s3cret\nmachine b.example.com login bob password p\n',
    ],
    ['of a parent', [at(`${site}/team`)], [`${site}/team/app`], 'machine a.example.com login alice password s3cret\n'],
    [
      'of an account',
      [at(site), at(site, 'bob', 'p')],
      ['https://bob@a.example.com'],
      'machine a.example.com login bob password p\n',
    ],
    [
      'of two accounts that are named',
      [at(site), at(site, 'bob', 'p')],
      ['https://bob@a.example.com', 'https://alice@a.example.com'],
      'machine a.example.com login bob password p\nmachine a.example.com login alice password s3cret\n',
    ],
    ['in quotes', [at(site, 'a b', '"\\#')], [site], 'machine a.example.com login "a b" password "\\"\\\\#"\n'],
    [
      'a token',
      [at(site, '', 't0ken', { kind: 'bearer' })],
      [site],
      'machine a.example.com login oauth2 password t0ken\n',
    ],
    [
      'a token with the name that its provider wants',
      [at('https://github.com', '', 't0ken')],
      ['https://github.com'],
      'machine github.com login x-access-token password t0ken\n',
    ],
    [
      'over http, of http',
      [at('http://a.example.com', 'h', 'p'), at(site)],
      ['http://a.example.com'],
      'machine a.example.com login h password p\n',
    ],
    [
      'an IPv6 address',
      [at('https://[::1]:8443')],
      ['https://[::1]:8443'],
      'machine ::1 login alice password s3cret\n',
    ],
  ])('%s', async (_what, items, words, out) => {
    expect(await printed(items, words)).toEqual([out, '', 0])
  })
})

test('absent ones are said, and the others are printed', async () => {
  expect(await printed([at(site)], ['https://b.example.com', site])).toEqual([
    'machine a.example.com login alice password s3cret\n',
    'there is no password for https://b.example.com\n',
    1,
  ])
  expect(await printed([at(site)], ['http://a.example.com', 'https://a.example.com:8443'])).toEqual([
    '',
    'there is no password for http://a.example.com\nthere is no password for https://a.example.com:8443\n',
    1,
  ])
  const others = [
    at(site, '', 'x', { kind: 'docker-identity' }),
    at(site, 'x', 'y', { kind: 'text' }),
    at(site, 'z', 'z', { expires: 1 }),
  ]
  expect(await printed(others, [site])).toEqual(['', `there is no password for ${site}\n`, 1])
})

describe('nothing is printed', () => {
  test('on a terminal, unless asked to', async () => {
    await expect(printed([at(site)], [site], { onTerminal: true })).rejects.toMatchObject({ code: 'refused' })
    const out = 'machine a.example.com login alice password s3cret\n'
    expect(await printed([at(site)], [site], { onTerminal: true, show: true })).toEqual([out, '', 0])
  })

  test.each([
    ['a\nb', 's3cret'],
    ['alice', 's3\0cret'],
    ['alice', 's3\tcret'],
    ['alice', '\u0085'],
  ])('of what the file cannot carry: %j %j', async (account, secret) => {
    await expect(
      printed([at('https://b.example.com'), at(site, account, secret)], ['https://b.example.com', site]),
    ).rejects.toMatchObject({
      code: 'malformed',
      message: `what is stored for ${site} cannot stand in a .netrc`,
    })
  })

  test('for a service name', async () => {
    await expect(printed([], ['a service'])).rejects.toMatchObject({ code: 'malformed' })
  })

  test('if several accounts match', async () => {
    await expect(printed([at(site), at(site, 'bob')], [site])).rejects.toMatchObject({ code: 'ambiguous' })
  })

  test.each([
    ['ports', 'https://a.example.com:8443', 'bob'],
    ['schemes', 'http://a.example.com', 'alice'],
  ])('for two servers of one host that differ in their %s', async (_what, other, account) => {
    await expect(printed([at(site), at(other, account, 'other')], [site, other])).rejects.toMatchObject({
      code: 'ambiguous',
      message: `a .netrc cannot tell ${site} and ${other} apart`,
    })
  })
})
