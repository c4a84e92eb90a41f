import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '../../src/engine/read-settings.ts'
import { parseSettings } from '../../src/engine/settings-file.ts'

const nowhere = { home: '/nowhere', config: '/nowhere', data: '/nowhere', state: '/nowhere' }
const usual = await readSettings(nowhere, {})

test('git.token-user sets the user name for tokens without one', async () => {
  expect(usual.tokenUser).toBe('oauth2')
  expect((await parseSettings('[git]\ntoken-user = "build er"', usual)).tokenUser).toBe('build er')
})

test.each(['""', '1', '"a:b"', '"a\\n"', '"a\\u0000"'])('git.token-user must be a user name, not %s', async (value) => {
  const refused = parseSettings(`[git]\ntoken-user = ${value}`, usual)
  await expect(refused).rejects.toMatchObject({ code: 'malformed', message: expect.stringContaining('git.token-user') })
})

test('cargo.authorization says for each host how a secret becomes a token', async () => {
  const text = '[cargo.authorization]\n"Git.example.com:443" = "basic"\n"127.0.0.1:8080" = "bare"\n'
  expect((await parseSettings(text, usual)).tools).toEqual({
    'cargo.authorization.git.example.com': 'basic',
    'cargo.authorization.127.0.0.1:8080': 'bare',
  })
})

test.each(['"basic"', '["basic"]', '{ "a b" = "basic" }', '{ "https://a" = "basic" }', '{ a = "other" }', '{ a = 1 }'])(
  'cargo.authorization cannot be %s',
  async (value) => {
    const refused = parseSettings(`[cargo]\nauthorization = ${value}`, usual)
    await expect(refused).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('cargo.authorization'),
    })
  },
)

test('http.ca-file is an absolute path', async () => {
  expect(usual.httpCaFile).toBeUndefined()
  expect((await parseSettings('[http]\nca-file = "/etc/own.pem"', usual)).httpCaFile).toBe('/etc/own.pem')
  await expect(parseSettings('[http]\nca-file = "own.pem"', usual)).rejects.toMatchObject({
    code: 'malformed',
    message: 'the settings file: http.ca-file must be an absolute path',
  })
})

test.each([
  ['recover-hours = 1\nstore = \n', 'the settings file: it is not TOML, line 2'],
  ['recover-hours = "x"', 'the settings file: recover-hours must be a number of hours, 0 or more'],
])('%j: the hint names the file to correct', async (text, message) => {
  const config = mkdtempSync(join(tmpdir(), 'cb-settings-'))
  onTestFinished(() => rmSync(config, { recursive: true, force: true }))
  writeFileSync(join(config, 'config.toml'), text)
  const hints = [`correct it in ${join(config, 'config.toml')}`]
  await expect(readSettings({ ...nowhere, config }, {})).rejects.toMatchObject({ code: 'malformed', message, hints })
})

test('the server of the store openbao', async () => {
  const text = [
    '[openbao]',
    'address = "https://bao.example.com:8200"',
    'nodes = ["https://bao-2.example.com:8200"]',
    'namespace = "platform/eu"',
    'mount = "secret"',
    'ca-file = "/etc/ssl/company.pem"',
    'places = ["people/{me}", "teams/platform"]',
    'writable = ["teams/platform"]',
    'cache = { store = "vault", lasts = "8h" }',
    'later = 1',
  ]
  expect(await parseSettings(text.join('\n'), usual)).toMatchObject({
    openbao: {
      address: 'https://bao.example.com:8200',
      nodes: ['https://bao-2.example.com:8200'],
      namespace: 'platform/eu',
      mount: 'secret',
      caFile: '/etc/ssl/company.pem',
      places: ['people/{me}', 'teams/platform'],
      writable: ['teams/platform'],
      cache: { store: 'vault', lasts: 8 * 3_600_000 },
    },
    unknownKeys: ['openbao.later'],
  })
})

test.each([
  ['address', '"http://bao.example.com"'],
  ['address', '"bao.example.com"'],
  ['nodes', '[]'],
  ['mount', '"../sys"'],
  ['mount', '"a//b"'],
  ['ca-file', '"company.pem"'],
  ['places', '["people/%2e%2e"]'],
  ['places', '["a."]'],
  ['writable', '"teams/platform"'],
  ['cache', '"8h"'],
  ['cache', '{ store = "vault", lasts = "8d" }'],
  ['cache', '{ store = "vault", lasts = "8h", more = 1 }'],
  ['cache', '{ store = "openbao", lasts = "8h" }'],
  ['cache', '{ store = "memory", lasts = "8h" }'],
])('openbao.%s must not be %s', async (key, value) => {
  await expect(parseSettings(`[openbao]\n${key} = ${value}\n`, usual)).rejects.toMatchObject({
    code: 'malformed',
    message: expect.stringContaining(`openbao.${key}`),
  })
})
