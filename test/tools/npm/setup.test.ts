import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { npmSetup } from '../../../src/tools/npm/setup.ts'
import { pnpmSetup } from '../../../src/tools/pnpm/setup.ts'
import type { Machine, Plan, Setup, SetupOptions } from '../../../src/tools/tool.ts'
import { yarnSetup } from '../../../src/tools/yarn/setup.ts'
import { type MadeUp, madeUp } from '../made-up-world.ts'

async function apply({ changes }: Plan): Promise<readonly string[]> {
  for (const change of changes) await change.apply()
  return changes.map(({ says }) => says)
}

const states = async (setup: Setup, world: Machine) => (await setup.check(world)).map(({ state }) => state)

describe('npm', () => {
  /** A machine with npm in one folder of PATH and perhaps other folders before it. */
  function machine(...before: string[]): MadeUp & { world: Machine } {
    const it = madeUp()
    const usr = join(it.home, 'usr')
    mkdirSync(usr)
    writeFileSync(join(usr, 'npm'), '#!/bin/sh\n', { mode: 0o755 })
    const folders = before.map((name) => join(it.home, name))
    for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o755 })
    const path = [...folders, usr]
    const program = (name: string) =>
      path.map((folder) => join(folder, name)).find((file) => it.world.files.exists(file))
    const asked: string[] = []
    const run: Machine['run'] = async (npm) => {
      asked.push(npm)
      return {
        stdout: '{"registry":"https://default.example.com/","@a:registry":"x","other":1}',
        stderr: '',
        exitCode: 0,
      }
    }
    const exists = it.world.files.exists
    // Links lead to our commands, which are only names here.
    const files = {
      ...it.world.files,
      exists: (file: string) => exists(file) || it.world.files.linkedTo(file) !== undefined,
    }
    const links = (name: string) => path.map((folder) => join(folder, name)).find((file) => files.exists(file))
    return {
      ...it,
      world: {
        ...it.world,
        env: { PATH: path.join(':') },
        program: (name) => links(name) ?? program(name),
        run,
        files,
      },
    }
  }

  test('two links in the user’s own folder before npm, and back', async () => {
    const { world, home, read } = machine('.local/bin')
    const plan = await npmSetup.plan(world, {})
    await apply(plan)
    expect(plan.remarks).toEqual([])
    expect(world.files.linkedTo(join(home, '.local/bin/npm'))).toBe('/opt/credbridge/credbridge-npm')
    expect(world.files.linkedTo(join(home, '.local/bin/npx'))).toBe('/opt/credbridge/credbridge-npx')
    expect(read('.state/npm-settings.json')).toBe(
      '{"settings":{"registry":"https://default.example.com/","@a:registry":"x"},"names":"registry\\n@a:registry\\nother"}\n',
    )
    expect((await npmSetup.plan(world, {})).changes).toEqual([])
    expect(await states(npmSetup, world)).toEqual(['ok', 'ok'])
    await apply(await npmSetup.undo(world, {}))
    expect(world.files.linkedTo(join(home, '.local/bin/npm'))).toBeUndefined()
    expect((await npmSetup.undo(world, {})).changes).toEqual([])
    expect(await states(npmSetup, world)).toEqual(['note'])
  })

  test('a folder of our own, and how to put it on PATH', async () => {
    const { world } = machine()
    const plan = await npmSetup.plan(world, {})
    await apply(plan)
    const folder = join(world.folders.data, 'bin')
    expect(plan.remarks).toEqual([`put it first on PATH: export PATH=${folder}:"$PATH"`])
    expect(world.files.linkedTo(join(folder, 'npm'))).toBe('/opt/credbridge/credbridge-npm')
    expect(await states(npmSetup, world)).toEqual(['wrong', 'wrong'])
  })

  test('never in a folder where others can write, nor over somebody’s npm', async () => {
    const { world, home } = machine('.local/bin', 'bin')
    chmodSync(join(home, '.local/bin'), 0o777)
    writeFileSync(join(home, 'bin', 'npx'), '', { mode: 0o755 })
    await apply(await npmSetup.plan(world, {}))
    expect(world.files.linkedTo(join(world.folders.data, 'bin', 'npm'))).toBeDefined()
    chmodSync(join(world.folders.data, 'bin'), 0o777)
    expect((await npmSetup.check(world))[0]).toMatchObject({
      state: 'wrong',
      says: expect.stringContaining('other users can write'),
    })
  })

  test('a link to a credbridge that went away is made anew', async () => {
    const { world, home } = machine('.local/bin')
    symlinkSync('/gone/dist/credbridge-npm.cjs', join(home, '.local/bin/npm'))
    expect(await states(npmSetup, world)).toEqual(['wrong'])
    await apply(await npmSetup.plan(world, {}))
    expect(await states(npmSetup, world)).toEqual(['ok', 'ok'])
  })

  test('no npm, no setup', async () => {
    await expect(npmSetup.plan(madeUp().world, {})).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('secrets in the clear are pointed out', async () => {
    const { world, put } = machine('.local/bin')
    put('.npmrc', '//a.example.com/:_authToken=x\n')
    expect((await npmSetup.plan(world, {})).remarks).toEqual([expect.stringContaining('credbridge import npm')])
  })
})

const withVersion = (name: string) => (version: string) =>
  madeUp({
    program: (one) => (one === name ? `/usr/bin/${name}` : undefined),
    run: async () => ({ stdout: `${version}\n`, stderr: '', exitCode: 0 }),
  })
const withPnpm = withVersion('pnpm')
const withYarn = withVersion('yarn')

describe('pnpm', () => {
  const options: SetupOptions = { registry: ['https://a.example.com:8443/team/npm/', 'http://127.0.0.1:4873'] }

  test('a line and a program for each registry, and back', async () => {
    const it = withPnpm('10.34.9')
    it.put('.npmrc', 'email=a@example.com\n[section]\na=b')
    await apply(await pnpmSetup.plan(it.world, options))
    const [first = '', second = ''] = (it.read('.npmrc') ?? '').split('\n').sort()
    expect([first, second]).toEqual([
      expect.stringMatching(/^\/\/127\.0\.0\.1:4873\/:tokenHelper=\/[\w./:-]+$/),
      expect.stringMatching(/^\/\/a\.example\.com:8443\/team\/npm\/:tokenHelper=\/[\w./:-]+$/),
    ])
    const program = second.slice(second.indexOf('=') + 1)
    expect(it.world.files.read(program)).toBe(
      '#!/bin/sh\n# Made by: credbridge setup pnpm\nunset NODE_OPTIONS\nexec /opt/credbridge/credbridge-pnpm https://a.example.com:8443/team/npm\n',
    )
    expect((await pnpmSetup.plan(it.world, options)).changes).toEqual([])
    expect(await states(pnpmSetup, it.world)).toEqual(['ok', 'ok'])
    await apply(await pnpmSetup.undo(it.world, { registry: ['http://127.0.0.1:4873/'] }))
    expect(await states(pnpmSetup, it.world)).toEqual(['ok'])
    await apply(await pnpmSetup.undo(it.world, {}))
    expect(it.read('.npmrc')).toBe('email=a@example.com\n[section]\na=b')
    expect(it.world.files.exists(program)).toBe(false)
  })

  test('pnpm 11 and later have a file of their own, of which npm does not complain; ~/.npmrc by a word', async () => {
    const it = withPnpm('12.21.0')
    it.put('.npmrc', 'registry=https://a.example.com/\n')
    await apply(await pnpmSetup.plan(it.world, {}))
    expect(it.read('.config/pnpm/auth.ini')).toMatch(/^\/\/a\.example\.com\/:tokenHelper=/)
    expect(it.read('.npmrc')).toBe('registry=https://a.example.com/\n')
    await apply(await pnpmSetup.plan(it.world, { npmrc: true }))
    expect(it.read('.npmrc')).toMatch(/^\/\/a\.example\.com\/:tokenHelper=/)
    await apply(await pnpmSetup.undo(it.world, {}))
    expect([it.read('.npmrc'), it.read('.config/pnpm/auth.ini')]).toEqual([
      'registry=https://a.example.com/\n',
      undefined,
    ])
  })

  test('nothing is written for a pnpm that is not there', async () => {
    const it = madeUp()
    await expect(pnpmSetup.plan(it.world, options)).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('registries that look alike have programs of their own', async () => {
    const it = withPnpm('10.34.9')
    const alike = [
      'https://a.example.com/b/c',
      'https://a.example.com/b_2fc',
      'https://a.example.com/b_c',
      'https://a.example.com/b',
    ]
    await apply(await pnpmSetup.plan(it.world, { registry: alike }))
    const programs = (it.read('.npmrc') ?? '')
      .trim()
      .split('\n')
      .map((line) => line.slice(line.indexOf('=') + 1))
    expect(new Set(programs).size).toBe(alike.length)
    expect((await pnpmSetup.check(it.world)).map(({ says }) => says).sort()).toEqual(
      alike.map((url) => `pnpm asks credbridge for ${url}`).sort(),
    )
  })

  test('without words: what the user’s own file names, but nothing unencrypted', async () => {
    const it = withPnpm('10.34.9')
    it.put(
      '.npmrc',
      'registry=https://a.example.com/\n@b:registry=http://b.example.com/\n@c:registry=http://localhost:1/\n',
    )
    const plan = await pnpmSetup.plan(it.world, {})
    await apply(plan)
    expect(plan.remarks).toEqual([
      expect.stringContaining('http://b.example.com is not encrypted'),
      'pnpm is given what it saved and what is shared with it: credbridge share https://a.example.com --with pnpm, credbridge share http://localhost:1 --with pnpm',
    ])
    expect(it.read('.npmrc')).toMatch(/^\/\/localhost:1\/:tokenHelper=.*\n\/\/a\.example\.com\/:tokenHelper=/)
    await expect(pnpmSetup.plan(withPnpm('10.34.9').world, {})).rejects.toMatchObject({ code: 'refused' })
  })

  test('another helper stays, and is named', async () => {
    const it = withPnpm('10.34.9')
    it.put('.npmrc', '//a.example.com/:tokenHelper=/usr/bin/other\n')
    const plan = await pnpmSetup.plan(it.world, { registry: ['https://a.example.com'] })
    expect(plan).toEqual({ changes: [], remarks: [expect.stringContaining('another helper')] })
    expect((await pnpmSetup.undo(it.world, {})).changes).toEqual([])
  })

  test('a folder that pnpm cannot name', async () => {
    const it = withPnpm('10.34.9')
    const spaced = { ...it.world, folders: { ...it.world.folders, data: join(it.home, 'Application Support') } }
    await apply(await pnpmSetup.plan(spaced, { registry: ['https://a.example.com'] }))
    expect(it.read('.npmrc')).toContain(`:tokenHelper=${it.home}/.credbridge/pnpm/`)
    const nowhere = { ...spaced, home: join(it.home, 'two words') }
    await expect(pnpmSetup.plan(nowhere, { registry: ['https://a.example.com'] })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })
})

describe('yarn', () => {
  test.each([
    ['no file', undefined],
    ['no plugins', 'nodeLinker: node-modules\n'],
    ['no end of line', 'nodeLinker: node-modules'],
    ['plugins of others', 'plugins:\n  - path: .yarn/a.cjs\n    spec: "@yarnpkg/a"\n  - b.cjs\nnodeLinker: pnp\n'],
    ['plugins that are not indented', 'plugins:\n- a.cjs\n'],
    ['a comment behind', 'plugins: # mine\n  - a.cjs\n'],
  ])('%s', async (_name, text) => {
    const it = withYarn('4.18.1')
    if (text !== undefined) it.put('.yarnrc.yml', text)
    await apply(await yarnSetup.plan(it.world, {}))
    const plugin = join(it.world.folders.data, 'yarn', 'plugin.cjs')
    expect(it.read('.yarnrc.yml')).toContain(`- "${plugin}"\n`)
    expect(it.world.files.read(plugin)).toContain('"/opt/credbridge/credbridge-yarn"')
    expect(await yarnSetup.plan(it.world, {})).toEqual({ changes: [], remarks: [] })
    expect(await states(yarnSetup, it.world)).toEqual(['ok'])
    await apply(await yarnSetup.undo(it.world, {}))
    expect(it.read('.yarnrc.yml')).toBe(text)
    expect(it.world.files.exists(plugin)).toBe(false)
    expect(await states(yarnSetup, it.world)).toEqual(['note'])
  })

  test('nothing is written for a Yarn that is not there; Yarn 1 gets a word about itself', async () => {
    await expect(yarnSetup.plan(madeUp().world, {})).rejects.toMatchObject({ code: 'unavailable' })
    const { remarks } = await yarnSetup.plan(withYarn('1.22.22').world, {})
    expect(remarks).toContainEqual(expect.stringContaining('credbridge run --env NPM_TOKEN=<registry> -- yarn'))
    expect((await yarnSetup.plan(withYarn('4.18.1').world, {})).remarks).toHaveLength(1)
  })

  test('a list that is written in one line stays as it is', async () => {
    const it = withYarn('4.18.1')
    it.put('.yarnrc.yml', 'plugins: [a.cjs]\n')
    const plan = await yarnSetup.plan(it.world, {})
    await expect(apply(plan)).rejects.toMatchObject({
      code: 'unsupported',
      hints: [expect.stringContaining('plugin.cjs')],
    })
    expect(it.read('.yarnrc.yml')).toBe('plugins: [a.cjs]\n')
  })
})
