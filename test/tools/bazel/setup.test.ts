import { expect, test } from 'vitest'
import { bazelSetup } from '../../../src/tools/bazel/setup.ts'
import type { Machine, Plan, SetupOptions } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

const ours = 'common --credential_helper=/opt/credbridge/credbridge-bazel'
const block = (...lines: readonly string[]) => ['# credbridge: begin', ...lines, '# credbridge: end', ''].join('\n')

function home(text?: string, more: Partial<Machine> = {}) {
  const made = madeUp({ program: (name) => (name === 'bazel' ? '/usr/bin/bazel' : undefined), ...more })
  if (text !== undefined) made.put('.bazelrc', text)
  const done = async ({ changes, remarks }: Plan) => {
    for (const change of changes) await change.apply()
    return { changed: changes.length, remarks }
  }
  return {
    put: made.put,
    read: () => made.read('.bazelrc'),
    plan: (options: SetupOptions = {}) => bazelSetup.plan(made.world, options),
    setup: async (options: SetupOptions = {}) => done(await bazelSetup.plan(made.world, options)),
    undo: async () => done(await bazelSetup.undo(made.world, {})),
    check: async () => (await bazelSetup.check(made.world)).map(({ state, says }) => [state, says]),
  }
}

test.each<[string, string | undefined]>([
  ['no file', undefined],
  ['a file', '# mine\nbuild --jobs=2\n\n'],
  ['a file without a last line end', 'build --jobs=2'],
  ['a file with CRLF', 'build --jobs=2\r\n'],
])('%s: our lines come last, are the same the second time, and go again', async (_, text) => {
  const it = home(text)
  await it.plan()
  expect(it.read()).toBe(text)
  await it.setup()
  expect(it.read()?.startsWith(text ?? '')).toBe(true)
  expect(
    `${it.read()}\n`
      .slice((text ?? '').length)
      .replaceAll('\r\n', '\n')
      .trim(),
  ).toBe(block(ours).trim())
  expect(await it.check()).toEqual([['ok', 'Bazel asks credbridge']])
  const written = it.read()
  expect(await it.setup()).toMatchObject({ changed: 0 })
  expect(it.read()).toBe(written)
  expect(await it.undo()).toMatchObject({ changed: 1 })
  expect(it.read()).toBe(text)
  expect(await it.undo()).toMatchObject({ changed: 0 })
  expect(await it.check()).toEqual([['note', 'Bazel does not ask credbridge']])
})

test('only for some hosts, which stay until others are named', async () => {
  const it = home('build --jobs=2\n')
  const scoped = (host: string) => ours.replace('=', `=${host}=`)
  await it.setup({ host: ['cache.example.com', '*.Example.org'] })
  const text = `build --jobs=2\n${block(scoped('cache.example.com'), scoped('*.example.org'))}`
  expect(it.read()).toBe(text)
  expect(await it.check()).toEqual([['ok', 'Bazel asks credbridge for cache.example.com, *.example.org']])
  await it.setup()
  expect(it.read()).toBe(text)
  await it.setup({ host: ['one.example.com'] })
  expect(it.read()).toBe(`build --jobs=2\n${block(scoped('one.example.com'))}`)
})

test.each([
  'https://a.example.com',
  'a.example.com:443',
  'a=b',
  '',
  '*',
  'a b',
  '*.*.com',
  'a.example.com\ncommon --x',
])('refuses the host %j', async (host) => {
  await expect(home().plan({ host: [host] })).rejects.toMatchObject({ code: 'malformed' })
})

test('a path with other characters is escaped, or refused', async () => {
  const it = home(undefined, { ownCommand: (command) => `/opt/my 'tools'#1/${command}` })
  await it.setup()
  expect(it.read()).toBe(block(String.raw`common --credential_helper=/opt/my\ \'tools\'\#1/credbridge-bazel`))
  expect(await it.check()).toEqual([['ok', 'Bazel asks credbridge']])
  for (const folder of ['a=b', '%workspace%', 'a\nb']) {
    const other = home(undefined, { ownCommand: (command) => `/opt/${folder}/${command}` })
    await expect(other.plan()).rejects.toMatchObject({ code: 'refused' })
  }
})

test('a line that goes on would take in ours', async () => {
  const it = home('build --jobs=2 \\\n')
  await expect(it.setup()).rejects.toMatchObject({ code: 'refused' })
  expect(it.read()).toBe('build --jobs=2 \\\n')
})

test('another installation is named, and replaced', async () => {
  const it = home(block('common --credential_helper=cache.example.com=/old/credbridge-bazel'))
  expect(await it.check()).toEqual([['wrong', 'Bazel asks another installation of credbridge']])
  await it.setup()
  expect(it.read()).toBe(block(ours.replace('=', '=cache.example.com=')))
})

test('remarks on other helpers and on .netrc', async () => {
  const it = home('# --credential_helper=no\ncommon --credential_helper=*.example.com=%workspace%/helper\n')
  it.put('.netrc', '')
  expect((await it.plan()).remarks).toEqual([
    'Bazel asks another helper, too: *.example.com=%workspace%/helper',
    'Bazel reads no .netrc where it asks a helper, which is everywhere without --host',
  ])
  expect((await it.plan({ host: ['a.example.com'] })).remarks).toHaveLength(1)
})

test('no Bazel: nothing is written', async () => {
  const it = home(undefined, { program: () => undefined })
  await expect(it.plan()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await it.check()).toEqual([['skipped', 'Bazel is not installed']])
  expect(await home(undefined, { program: (name) => (name === 'bazelisk' ? '/b' : undefined) }).plan()).toMatchObject({
    changes: [{}],
  })
})
