import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runIn } from '../../../src/system/child.ts'
import { entriesOf, entryFor, isOurs, wordsOf } from '../../../src/tools/go/entries.ts'
import { goSetup } from '../../../src/tools/go/setup.ts'
import type { Machine, Plan } from '../../../src/tools/tool.ts'
import { machineGo } from '../../real/go.ts'
import { needs } from '../../real/require.ts'
import { madeUp } from '../made-up-world.ts'

const ours = '/opt/credbridge/credbridge-go'

/** A home in which go's settings have this text. */
function home(settings?: string, more: Partial<Machine> = {}) {
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '', ...(more.env as Record<string, string>) }
  const made = madeUp({
    program: () => machineGo,
    run: (program, words, options) =>
      runIn({ ...env, HOME: made.home, XDG_CONFIG_HOME: join(made.home, '.config') })(program, words, options),
    ...more,
    env,
  })
  mkdirSync(made.world.folders.state, { recursive: true })
  const file = '.config/go/env'
  made.put('.config/go/telemetry/mode', 'off') // go starts another one that writes there.
  if (settings !== undefined) made.put(file, settings)
  const done = async ({ changes, remarks }: Plan) => {
    for (const change of changes) await change.apply()
    return [...changes.map(({ says }) => says), ...remarks]
  }
  return {
    put: (text: string) => made.put(file, text),
    read: () => made.read(file),
    setup: async () => done(await goSetup.plan(made.world, {})),
    plan: () => goSetup.plan(made.world, {}),
    undo: async () => done(await goSetup.undo(made.world, {})),
    check: async () => (await goSetup.check(made.world)).map(({ state, says }) => [state, says]),
  }
}

needs('Go 1.24 or later', machineGo !== undefined)('go setup', () => {
  test.each<[string, string | undefined, string, string?]>([
    ['no settings', undefined, `${ours};netrc`],
    ['settings without GOAUTH', '# mine\nGONOSUMDB=*\n', `${ours};netrc`],
    ['the usual value, written out', 'GOAUTH=netrc\n', `${ours};netrc`],
    [
      'other words',
      "GOAUTH=git /srv; 'my helper' x\nGOFLAGS=-v\n",
      `${ours};git /srv;'my helper' x`,
      'git …, then my helper …',
    ],
  ])('%s: comes first, changes nothing the second time, and goes again', async (_, before, value, others = 'netrc') => {
    const it = home(before)
    expect(await it.setup()).toEqual([`go: GOAUTH is ${value}`])
    expect(it.read()?.split('\n')).toContain(`GOAUTH=${value}`)
    expect(await it.check()).toEqual([['ok', `go asks credbridge, then ${others}`]])
    const written = it.read()
    expect(await it.setup()).toEqual([])
    expect(it.read()).toBe(written)
    expect(await it.undo()).toHaveLength(1)
    expect(it.read()).toBe(before)
    expect(await it.undo()).toEqual([])
    expect(await it.check()).toEqual([['note', 'go does not ask credbridge']])
  })

  test('a plan changes nothing', async () => {
    const it = home()
    await it.plan()
    expect(it.read()).toBeUndefined()
  })

  test('what was changed since stays', async () => {
    const it = home('GOAUTH=git /srv\n')
    await it.setup()
    it.put(`GOAUTH=netrc;${ours};git /other\n`)
    expect(await it.undo()).toEqual(['go: GOAUTH is netrc;git /other'])
    expect(it.read()).toBe('GOAUTH=netrc;git /other\n')
  })

  test('another installation is replaced, and undo does not bring it back', async () => {
    const it = home(`GOAUTH=netrc;/old/credbridge-go\n`)
    expect(await it.check()).toEqual([['wrong', 'go asks another installation of credbridge']])
    await it.setup()
    expect(it.read()).toBe(`GOAUTH=${ours};netrc\n`)
    await it.undo()
    expect(it.read()).toBe('GOAUTH=netrc\n')
  })

  test('only ours, without a record of what was there: undo leaves the usual value', async () => {
    const it = home(`GOAUTH=${ours}\n`)
    expect(await it.undo()).toEqual(['go: GOAUTH is no longer set'])
    expect(it.read()).toBe('')
  })

  test('off stays off', async () => {
    const it = home('GOAUTH=off\n')
    await expect(it.setup()).rejects.toMatchObject({ code: 'refused' })
    expect(it.read()).toBe('GOAUTH=off\n')
  })

  test('GOAUTH in the environment goes first, which is said', async () => {
    const it = home(undefined, { env: { GOAUTH: 'netrc' } })
    expect(await it.setup()).toEqual([
      `go: GOAUTH is ${ours};netrc`,
      'GOAUTH is set in the environment, and goes before these settings',
    ])
    expect(await it.check()).toEqual([
      ['wrong', 'go does not ask credbridge: GOAUTH is set in the environment, and goes first'],
    ])
    expect(await it.setup()).toEqual(['GOAUTH is set in the environment, and goes before these settings'])
    await it.undo()
    expect(it.read()).toBeUndefined()
  })

  test('settings that are switched off are not written', async () => {
    const it = home(undefined, { env: { GOENV: 'off' } })
    await expect(it.setup()).rejects.toMatchObject({ code: 'refused', message: 'go reads no settings: GOENV is off' })
    expect(it.read()).toBeUndefined()
    expect(await it.check()).toEqual([['note', 'go does not ask credbridge']])
  })

  test('a folder with a blank in its name', async () => {
    const it = home(undefined, { ownCommand: (command) => `/opt/my tools/${command}` })
    await it.setup()
    expect(it.read()).toBe("GOAUTH='/opt/my tools/credbridge-go';netrc\n")
    expect(await it.check()).toEqual([['ok', 'go asks credbridge, then netrc']])
    await it.undo()
    expect(it.read()).toBeUndefined()
  })
})

test('a go that asks no program', async () => {
  const it = home(undefined, {
    program: () => '/usr/bin/go',
    run: async () => ({ stdout: '{\n\t"GOAUTH": "",\n\t"GOENV": "/x"\n}\n', stderr: '', exitCode: 0 }),
  })
  await expect(it.setup()).rejects.toMatchObject({ code: 'unavailable', hints: ['install Go 1.24 or later'] })
})

test('no go', async () => {
  const it = home(undefined, { program: () => undefined })
  expect(await it.check()).toEqual([['skipped', 'go is not installed']])
  await expect(it.setup()).rejects.toMatchObject({ code: 'unavailable', message: 'go is not installed' })
})

describe('GOAUTH', () => {
  test.each([
    ['netrc; git /srv ;', ['netrc', 'git /srv']],
    ['', []],
    [' ; ', []],
  ])('%j has the commands %j', (value, entries) => {
    expect(entriesOf(value)).toEqual(entries)
  })

  test.each([
    ['/a/b c', ['/a/b', 'c']],
    [`'/a b/c' "d e"  f`, ['/a b/c', 'd e', 'f']],
    [`a'b c'd`, [`a'b`, `c'd`]],
    [String.raw`C:\bin\credbridge-go.cmd`, [String.raw`C:\bin\credbridge-go.cmd`]],
  ])('%j has the words %j', (entry, words) => {
    expect(wordsOf(entry)).toEqual(words)
  })

  test.each(['/a/b', '/a b/c', `/it's/c`, '/a"b/c', String.raw`C:\Program Files\c`])(
    'names the program %s',
    (program) => {
      expect(wordsOf(entryFor(program))).toEqual([program])
    },
  )

  test.each(['/a;b/c', `/a' "b/c`, '/a\nb'])('cannot name the program %j', (program) => {
    expect(() => entryFor(program)).toThrow(expect.objectContaining({ code: 'refused' }))
  })

  test('ours is known wherever it is installed', () => {
    const own = [
      ours,
      'credbridge-go',
      `'/a b/credbridge-go' x`,
      String.raw`"C:\a b\credbridge-go.cmd"`,
      '/x/credbridge-go.cjs',
    ]
    expect(own.filter(isOurs)).toEqual(own)
    expect(['netrc', '/x/credbridge-go-other', 'git /x/credbridge-go', 'notcredbridge-go'].filter(isOurs)).toEqual([])
  })
})
