import { describe, expect, test } from 'vitest'
import { cargoSetup } from '../../../src/tools/cargo/setup.ts'
import type { Plan } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

const ours = '/opt/credbridge/cargo-credential-credbridge'
const file = '.cargo/config.toml'
const block = (...lines: readonly string[]) => ['# credbridge: begin', ...lines, '# credbridge: end', ''].join('\n')
const line = `global-credential-providers = ["cargo:token", "${ours}"]`

function home(text?: string, { command = ours, env = {} }: { command?: string; env?: Record<string, string> } = {}) {
  const made = madeUp({ program: (name) => `/usr/bin/${name}`, ownCommand: () => command, env })
  if (text !== undefined) made.put(file, text)
  const done = async ({ changes }: Plan) => {
    for (const change of changes) await change.apply()
    return changes.length
  }
  return {
    ...made,
    text: () => made.read(file),
    plan: () => cargoSetup.plan(made.world, {}),
    setup: async () => done(await cargoSetup.plan(made.world, {})),
    undo: async () => done(await cargoSetup.undo(made.world, {})),
    check: async () => (await cargoSetup.check(made.world)).map(({ state, says }) => [state, says]),
  }
}

/** What the file says before, and what setup makes of it. */
const edits: readonly (readonly [what: string, before: string | undefined, after: string, others?: string])[] = [
  ['no file', undefined, block('[registry]', line)],
  ['another table', '[net]\noffline = true\n', `[net]\noffline = true\n${block('[registry]', line)}`],
  ['no line end at the end', '[net]', `[net]\n${block('[registry]', line).trimEnd()}`],
  [
    'the table, with comments',
    '# mine\n[registry] # here\ndefault = "team" # ours\n\n[net]\n',
    `# mine\n[registry] # here\n${block(line)}default = "team" # ours\n\n[net]\n`,
  ],
  [
    'CRLF',
    '[ "registry" ] # x\r\ndefault = "team"\r\n',
    `[ "registry" ] # x\r\n${block(line).replaceAll('\n', '\r\n')}default = "team"\r\n`,
  ],
  [
    'a text that looks like the table',
    '[env]\nA = """\n[registry]\nglobal-credential-providers = ["x"]\n"""\n[registry]\ndefault = "a"\n',
    `[env]\nA = """\n[registry]\nglobal-credential-providers = ["x"]\n"""\n[registry]\n${block(line)}default = "a"\n`,
  ],
  [
    'a list',
    '[registry]\nglobal-credential-providers = ["cargo:libsecret"] # mine\ndefault = "a"\n',
    `[registry]\n${block(`global-credential-providers = ["cargo:libsecret", "${ours}"]`)}# before credbridge: global-credential-providers = ["cargo:libsecret"] # mine\ndefault = "a"\n`,
    ', then cargo:libsecret',
  ],
  [
    'a list on several lines',
    '[registry]\n"global-credential-providers" = [\n  "cargo:token", # plain\n  "a b",\n]\n\n[net]\n',
    `[registry]\n${block(`"global-credential-providers" = ["cargo:token", "a b", "${ours}"]`)}# before credbridge: "global-credential-providers" = [\n# before credbridge:   "cargo:token", # plain\n# before credbridge:   "a b",\n# before credbridge: ]\n\n[net]\n`,
    ', then a …, then cargo:token',
  ],
  [
    'a dotted key',
    'registry.global-credential-providers = []\nregistry.default = "a"\n[net]\n',
    `${block(`registry.global-credential-providers = ["${ours}"]`)}# before credbridge: registry.global-credential-providers = []\nregistry.default = "a"\n[net]\n`,
    '',
  ],
]

describe.each(edits)('%s', (_what, before, after, others = ', then cargo:token') => {
  test('is edited, to the byte, once, and undone', async () => {
    const it = home(before)
    expect(await it.setup()).toBe(1)
    expect(it.text()).toBe(after)
    expect(await it.check()).toEqual([['ok', `cargo asks credbridge${others}`]])
    expect(await it.setup()).toBe(0)
    expect(it.text()).toBe(after)
    expect(await it.undo()).toBe(1)
    expect(it.text()).toBe(before)
    expect(await it.undo()).toBe(0)
    expect(await it.check()).toEqual([['note', 'cargo does not ask credbridge']])
  })
})

test.each([
  ['an inline table', 'registry = { default = "a" }\n'],
  ['dotted keys and no list', 'registry.default = "a"\n'],
  ['a list of something else', '[registry]\nglobal-credential-providers = [["a"]]\n'],
  ['a list that is a text', '[registry]\nglobal-credential-providers = "cargo:token"\n'],
])('%s is refused, with what to write', async (_what, before) => {
  const it = home(before)
  await expect(it.plan()).rejects.toMatchObject({ code: 'refused', hints: [expect.stringContaining(ours)] })
  expect(it.text()).toBe(before)
})

test('what is not TOML stays as it is', async () => {
  const it = home('[registry\n')
  await expect(it.plan()).rejects.toMatchObject({ code: 'malformed' })
  expect(await it.check()).toEqual([['wrong', `${it.home}/${file} is not TOML: correct it first`]])
  expect(it.text()).toBe('[registry\n')
})

test('another installation is replaced, and what was added to its list stays', async () => {
  const it = home(undefined, { command: '/old/bin/cargo-credential-credbridge' })
  await it.setup()
  it.put(file, it.text()?.replace('["cargo:token",', '["cargo:token", "x",') ?? '')
  const now = home(it.text())
  expect(await now.check()).toEqual([
    ['wrong', 'cargo asks /old/bin/cargo-credential-credbridge, another installation of credbridge'],
  ])
  await now.setup()
  expect(now.text()).toBe(block('[registry]', `global-credential-providers = ["cargo:token", "x", "${ours}"]`))
})

test('a provider that was added after ours goes before it, which doctor and setup mend', async () => {
  const it = home()
  await it.setup()
  it.put(file, it.text()?.replace(`"${ours}"`, `"${ours}", "other"`) ?? '')
  expect(await it.check()).toEqual([['wrong', 'cargo asks other, then credbridge, then cargo:token']])
  await it.setup()
  expect(it.text()).toContain(`["cargo:token", "other", "${ours}"]`)
})

test('a path with a blank stands under a name, because cargo splits at blanks', async () => {
  const command = '/home/a b/cargo-credential-credbridge'
  for (const before of ['[net]\n', '[credential-alias]\nx = "y" # z\n[registry]\n']) {
    const it = home(before, { command })
    await it.setup()
    expect(it.text()).toContain('global-credential-providers = ["cargo:token", "credbridge"]\n')
    expect(it.text()).toContain(`credbridge = ["${command}"]\n`)
    expect(await it.check()).toEqual([['ok', 'cargo asks credbridge, then cargo:token']])
    expect(await it.setup()).toBe(0)
    await it.undo()
    expect(it.text()).toBe(before)
  }
})

test('undo leaves the header of a table that got further keys', async () => {
  const it = home('[net]\n')
  await it.setup()
  it.put(file, `${it.text()}default = "team"\n`)
  await it.undo()
  expect(it.text()).toBe('[net]\n[registry]\ndefault = "team"\n')
})

test('the file without extension, which cargo prefers, and CARGO_HOME', async () => {
  const old = home(undefined)
  old.put('.cargo/config', '[net]\n')
  await old.setup()
  expect([old.read('.cargo/config'), old.text()]).toEqual([`[net]\n${block('[registry]', line)}`, undefined])

  const elsewhere = home(undefined, { env: { CARGO_HOME: `${old.home}/elsewhere` } })
  await elsewhere.setup()
  expect([old.read('elsewhere/config.toml'), elsewhere.text()]).toEqual([block('[registry]', line), undefined])
  await expect(home(undefined, { env: { CARGO_HOME: 'here' } }).plan()).rejects.toMatchObject({ code: 'refused' })
})

test('whoever has another provider, or a variable that goes first, reads it', async () => {
  const text = '[registry]\ncredential-provider = "cargo:token"\n[registries.team]\ncredential-provider = ["a", "b"]\n'
  const it = home(text, { env: { CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS: 'x' } })
  expect((await it.plan()).remarks).toEqual([
    'CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS is set: cargo asks what it names first',
    'for registry, cargo asks cargo:token and not credbridge',
    'for registries.team, cargo asks a and not credbridge',
  ])
})

test('what the person wrote is left, and undo says so', async () => {
  const it = home(`[registry]\nglobal-credential-providers = ["${ours}"]\n`)
  expect(await it.setup()).toBe(0)
  expect(await cargoSetup.undo(it.world, {})).toEqual({
    changes: [],
    remarks: [`${it.home}/${file} names cargo-credential-credbridge in a line of your own, which stays`],
  })
})

test('without cargo nothing is written', async () => {
  const made = madeUp()
  await expect(cargoSetup.plan(made.world, {})).rejects.toMatchObject({ code: 'unavailable' })
  expect(await cargoSetup.check(made.world)).toEqual([{ state: 'skipped', says: 'cargo is not installed' }])
})
