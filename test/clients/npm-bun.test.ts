import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { storesInTurn } from '../real/stores.ts'
import { typing } from '../real/typing.ts'
import { needsNpmClients, openNpmWorld, password, stores, user, writePackage } from './npm-world.ts'

needsNpmClients('Bun', () => {
  describe.each(storesInTurn(stores))('from %s', (store) => {
    test('npm’s login shared with it: whoami, publish, add, logout', { timeout: 120_000 }, async () => {
      const world = await openNpmWorld(store, ['bun', 'npm'])
      const bun = (folder: string, ...words: string[]) =>
        world.run(folder, 'credbridge', ['run', '--', 'bun', ...words])
      writePackage(world, 'tiny', '@team/tiny')
      world.put('app/package.json', '{ "name": "app", "private": true }')
      await world.registry.token(user, password)
      await world.well('', 'credbridge', ['setup', 'npm'])
      const login = [
        ['Username:', user],
        ['Password:', password],
      ] as const
      await typing(['npm', 'login', '--auth-type=legacy'], login, { env: world.env, cwd: world.home })
      expect(await bun('tiny', 'pm', 'whoami')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`credbridge share ${world.registry.origin} --with bun`),
      })
      await world.well('', 'credbridge', ['share', world.registry.origin, '--with', 'bun'])
      const token = (await world.well('', 'credbridge', ['get', world.registry.origin])).trim()

      expect(await bun('tiny', 'pm', 'whoami')).toMatchObject({ stdout: `${user}\n`, exitCode: 0 })
      expect(await bun('tiny', 'publish')).toMatchObject({ exitCode: 0 })
      expect(await bun('app', 'add', '@team/tiny')).toMatchObject({ exitCode: 0 })
      expect(existsSync(join(world.home, 'app', 'node_modules', '@team', 'tiny', 'tiny.js'))).toBe(true)
      expect(world.filesWith(token)).toEqual([])
      expect(readdirSync(join(world.home, '.local', 'state', 'credbridge', 'handed'))).toEqual([])

      await world.well('', 'npm', ['logout'])
      expect(await bun('tiny', 'pm', 'whoami')).toMatchObject({ exitCode: 2 })
    })
  })
})
