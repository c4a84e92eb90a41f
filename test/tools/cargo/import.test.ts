import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/core/secret.ts'
import { cargoPlainSecrets } from '../../../src/tools/cargo/import.ts'
import { madeUp } from '../made-up-world.ts'

const file = '.cargo/credentials.toml'
const config = `[registries.team]
index = "sparse+https://git.example.com/api/packages/team/cargo/"
[registries.other]
index = "sparse+https://cargo.example.com/index/"
`
const publicIndex = 'https://index.example.com/public'

function home(text: string, named = config) {
  const made = madeUp({
    program: (name) => `/usr/bin/${name}`,
    run: async (_program, words) => {
      expect(words).toEqual([
        'logout',
        '--config',
        'registry.credential-provider=["/opt/credbridge/cargo-credential-credbridge","--says-index"]',
      ])
      const stderr = `error: credential provider \`x --says-index\` failed action \`logout\`\n\nCaused by:\n  --says-index ${publicIndex}\n`
      return { stdout: '', stderr, exitCode: 101 }
    },
  })
  made.put(file, text)
  made.put('.cargo/config.toml', named)
  const find = (options = {}) => cargoPlainSecrets.find(made.world, options)
  return {
    ...made,
    text: () => made.read(file),
    find,
    shown: async (options = {}) => {
      const { secrets, remarks } = await find(options)
      const of = secrets.map(({ where, credential: { endpoint, kind, scheme, secret } }) => {
        return [where.replace(made.home, '~'), endpoint.key, kind, scheme, secret.expose()]
      })
      return { secrets: of, remarks: remarks.map((one) => one.replace(made.home, '~')) }
    },
  }
}

const text = `# mine
[registry]
token = "public" # from the page

[registries.team]
token = 'Bearer abc'
[registries.other]
"token" = "ab\\"c"
`

test('finds the tokens of the registries that the person named, and of cargo’s default', async () => {
  expect(await home(text).shown()).toEqual({
    secrets: [
      ['~/.cargo/credentials.toml, line 3', publicIndex, 'header', '', 'public'],
      [
        '~/.cargo/credentials.toml, line 6',
        'https://git.example.com/api/packages/team/cargo',
        'bearer',
        undefined,
        'abc',
      ],
      ['~/.cargo/credentials.toml, line 8', 'https://cargo.example.com/index', 'header', '', 'ab"c'],
    ],
    remarks: [],
  })
})

test('a registry that only a project names stays, unless the person says where it is', async () => {
  const it = home('[registries.team]\ntoken = "abc"\n', '')
  it.put('project/.cargo/config.toml', config)
  expect(await it.shown()).toEqual({
    secrets: [],
    remarks: [
      '~/.cargo/credentials.toml, registries.team: nothing of yours says where the registry is, so it stays (--index team=<url>)',
    ],
  })
  const { secrets } = await it.shown({ index: ['x=y', 'team=sparse+https://a.example.com/i/'] })
  expect(secrets).toMatchObject([[expect.anything(), 'https://a.example.com/i', 'header', '', 'abc']])
})

test.each([
  ['a secret key', '[registries.team]\nsecret-key = "k"\n', 'a secret key stays, only cargo can sign with it'],
  [
    'an inline table',
    '[registries]\nteam = { token = "abc", x = 1 }\n',
    'it is written in a way that cannot be taken out',
  ],
  ['several lines', '[registries.team]\ntoken = """\nabc"""\n', 'it is written in a way that cannot be taken out'],
  ['characters of no header', '[registries.team]\ntoken = "ä"\n', 'it has characters that cargo cannot send'],
])('%s stays', async (_what, text, reason) => {
  const { secrets, remarks } = await home(text).shown()
  expect(secrets).toEqual([])
  expect(remarks).toEqual([expect.stringContaining(reason)])
})

test('a registry with another provider would be signed out', async () => {
  const it = home(
    '[registries.team]\ntoken = "abc"\n',
    `${config}[registries.x]\n`.replace(
      '[registries.other]',
      'credential-provider = "cargo:token"\n[registries.other]',
    ),
  )
  expect((await it.find()).secrets[0]?.asks).toMatchObject({ why: 'for registries.team, cargo asks cargo:token' })
})

describe('takes out and puts back', () => {
  test('every token, to the byte, without keeping a secret in the trace', async () => {
    const it = home(text.replace('# from the page', '# public'))
    const { secrets } = await it.find()
    for (const one of secrets) await one.takeOut()
    expect(it.text()).toBe('# mine\n[registry]\n\n[registries.team]\n[registries.other]\n')
    expect(JSON.stringify(secrets.map(({ trace }) => trace))).not.toMatch(/public|abc|ab\\/)
    for (const { trace = {}, credential } of secrets) await cargoPlainSecrets.putBack?.(it.world, trace, credential)
    expect(it.text()).toBe(text.replace('# from the page', '# public'))
  })

  test('equal lines in two tables', async () => {
    const same = '[registries.team]\ntoken = "t"\n[registries.other]\ntoken = "t"\n'
    const it = home(same)
    const { secrets } = await it.find()
    for (const one of secrets) await one.takeOut()
    expect(it.text()).toBe('[registries.team]\n[registries.other]\n')
    for (const { trace = {}, credential } of secrets) await cargoPlainSecrets.putBack?.(it.world, trace, credential)
    expect(it.text()).toBe(same)
  })

  test('below its own table, wherever that is now, and what was set meanwhile', async () => {
    const it = home(text)
    const [, team] = (await it.find()).secrets
    await team?.takeOut()
    const credential = { ...team?.credential, kind: 'header', scheme: 'Token', secret: new Secret('new') } as never
    it.put(file, '[registries.team]\n[registry]\nx = 1\ny = 2\nz = 3\n')
    await cargoPlainSecrets.putBack?.(it.world, team?.trace ?? {}, credential)
    expect(it.text()).toBe("[registries.team]\ntoken = 'Token new'\n[registry]\nx = 1\ny = 2\nz = 3\n")
    it.put(file, 'a = 1')
    await cargoPlainSecrets.putBack?.(it.world, team?.trace ?? {}, credential)
    expect(it.text()).toBe("a = 1\n[registries.team]\ntoken = 'Token new'\n")
  })

  test('not over a newer token, nor out of a file that has changed', async () => {
    const it = home('[registries.team]\ntoken = "abc"\n')
    const [one] = (await it.find()).secrets
    it.put(file, '[registries.team]\ntoken = "newer"\n')
    expect(() => one?.takeOut()).toThrow('has changed meanwhile')
    expect(() => cargoPlainSecrets.putBack?.(it.world, one?.trace ?? {}, one?.credential as never)).toThrow(
      'another token',
    )
    expect(it.text()).toBe('[registries.team]\ntoken = "newer"\n')
  })
})
