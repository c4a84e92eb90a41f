import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { thorough } from '../real/depth.ts'
import { storesInTurn } from '../real/stores.ts'
import { typing } from '../real/typing.ts'
import { type NpmWorld, needsNpmClients, openNpmWorld, password, stores, user, writePackage } from './npm-world.ts'

async function setUp(world: NpmWorld): Promise<void> {
  await world.well('', 'credbridge', ['setup', 'pnpm'])
  writePackage(world, 'tiny', '@team/tiny')
  world.put('app/package.json', '{ "name": "app", "private": true }')
}

const isInstalled = ({ home }: NpmWorld) => existsSync(join(home, 'app', 'node_modules', '@team', 'tiny', 'tiny.js'))

needsNpmClients('pnpm', () => {
  describe.each(storesInTurn(stores))('from %s', (store) => {
    test('12: login, import, whoami, publish, install, logout', { timeout: 120_000 }, async () => {
      const world = await openNpmWorld(store, ['pnpm', 'npm'])
      await setUp(world)
      await world.registry.token(user, password)
      const login = [
        ['Username:', user],
        ['Password:', password],
        ['Email', 'alice@example.com'],
      ] as const
      await typing(['pnpm', 'login'], login, { env: world.env, cwd: world.home })
      await world.well('', 'credbridge', ['import', 'pnpm', '--yes'])
      const token = (await world.well('', 'credbridge', ['get', world.registry.origin])).trim()
      expect(world.filesWith(token)).toEqual([])

      expect((await world.well('tiny', 'pnpm', ['whoami'])).trim()).toBe(user)
      await world.well('tiny', 'pnpm', ['publish', '--no-git-checks'])
      await world.well('app', 'pnpm', ['add', '@team/tiny'])
      expect(isInstalled(world)).toBe(true)
      expect(world.filesWith(token)).toEqual([])

      await world.well('', 'credbridge', ['remove', world.registry.origin])
      expect((await world.run('tiny', 'pnpm', ['whoami'])).exitCode).not.toBe(0)
      await world.well('', 'credbridge', ['setup', 'pnpm', '--undo'])
      expect(world.read('.npmrc')).toBe(`registry=${world.registry.origin}/\n`)
    })

    test('10: publish, install', { timeout: 120_000 }, async () => {
      const world = await openNpmWorld(store, ['pnpm-10', 'npm'])
      await setUp(world)
      const token = await world.registry.token(user, password)
      await world.well('', 'credbridge', ['set', world.registry.origin, '--kind', 'bearer'], { input: `${token}\n` })
      await world.well('', 'credbridge', ['share', world.registry.origin, '--with', 'pnpm'])
      await world.well('tiny', 'pnpm', ['publish', '--no-git-checks'])
      await world.well('app', 'pnpm', ['add', '@team/tiny'])
      expect(isInstalled(world)).toBe(true)
      expect(world.filesWith(token)).toEqual([])
    })
  })

  thorough('12: npm has nothing to complain of after setup', async () => {
    const world = await openNpmWorld('vault', ['pnpm', 'npm'])
    const complaint = async () => (await world.run('app', 'npm', ['config', 'get', 'registry'])).stderr
    await setUp(world)
    expect(await complaint()).toBe('')
    await world.well('', 'credbridge', ['setup', 'pnpm', '--undo'])
    await world.well('', 'credbridge', ['setup', 'pnpm', '--npmrc'])
    expect(await complaint()).toContain('tokenHelper')
  })

  thorough.each(['pnpm', 'pnpm-10'] as const)(
    '%s: another registry is not refused for lack of a helper',
    async (pnpm) => {
      const world = await openNpmWorld('vault', [pnpm])
      await setUp(world)
      const outcome = await world.run('app', 'pnpm', ['add', '@team/tiny'])
      expect(outcome.exitCode).not.toBe(0)
      expect(outcome.stdout + outcome.stderr).toMatch(/401|UNAUTHORIZED/)
    },
  )
})
