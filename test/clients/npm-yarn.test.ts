import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { thorough } from '../real/depth.ts'
import { storesInTurn } from '../real/stores.ts'
import { onTerminal, typing } from '../real/typing.ts'
import { type NpmWorld, needsNpmClients, openNpmWorld, password, stores, user, writePackage } from './npm-world.ts'

async function keep(world: NpmWorld): Promise<string> {
  const token = await world.registry.token(user, password)
  await world.well('', 'credbridge', ['set', world.registry.origin, '--kind', 'bearer'], { input: `${token}\n` })
  await world.well('', 'credbridge', ['share', world.registry.origin, '--with', 'yarn'])
  return token
}

/** Projects that Yarn takes for complete ones of their own. */
function projects(world: NpmWorld): void {
  writePackage(world, 'tiny', '@team/tiny')
  world.put('tiny/yarn.lock', '')
  world.put('app/package.json', '{ "name": "app", "private": true }')
  world.put('app/yarn.lock', '')
  world.put('app/.yarnrc.yml', 'nodeLinker: node-modules\n')
}

needsNpmClients('Yarn', () => {
  describe.each(storesInTurn(stores))('from %s', (store) => {
    test('login, import, whoami, publish, add, logout', { timeout: 120_000 }, async () => {
      const world = await openNpmWorld(store, ['yarn'])
      projects(world)
      await world.registry.token(user, password)
      await world.well('', 'credbridge', ['setup', 'yarn'])
      const login = [
        ['Username:', user],
        ['Password:', password],
      ] as const
      await typing(['yarn', 'npm', 'login'], login, { env: world.env, cwd: join(world.home, 'tiny') })
      await world.well('', 'credbridge', ['import', 'yarn', '--yes'])
      const token = (await world.well('', 'credbridge', ['get', world.registry.origin])).trim()
      expect(world.filesWith(token)).toEqual([])

      expect(await world.well('tiny', 'yarn', ['npm', 'whoami'])).toContain(user)
      await world.well('tiny', 'yarn', ['install'])
      await world.well('tiny', 'yarn', ['npm', 'publish'])
      await world.well('app', 'yarn', ['add', '@team/tiny'])
      expect(existsSync(join(world.home, 'app', 'node_modules', '@team', 'tiny', 'tiny.js'))).toBe(true)
      expect(world.filesWith(token)).toEqual([])

      await world.well('', 'credbridge', ['remove', world.registry.origin])
      expect((await world.run('tiny', 'yarn', ['npm', 'whoami'])).exitCode).not.toBe(0)
      await world.well('', 'credbridge', ['setup', 'yarn', '--undo'])
      expect(world.read('.yarnrc.yml')).not.toContain('plugin')
    })
  })

  thorough(
    'credbridge run brings the plugin along for one call, and nothing secret is in the environment',
    async () => {
      const world = await openNpmWorld('vault', ['yarn'])
      projects(world)
      const token = await keep(world)
      world.put('app/package.json', '{ "name": "app", "private": true, "scripts": { "look": "env > seen" } }')
      expect(await world.well('tiny', 'credbridge', ['run', '--', 'yarn', 'npm', 'whoami'])).toContain(user)
      expect((await world.run('tiny', 'yarn', ['npm', 'whoami'])).exitCode).not.toBe(0)
      await world.well('app', 'yarn', ['install'])
      await world.well('app', 'credbridge', ['run', '--', 'yarn', 'run', 'look'])
      const seen = readFileSync(join(world.home, 'app', 'seen'), 'utf8')
      expect(seen).toContain('YARN_PLUGINS=')
      expect(seen).not.toContain(token)
    },
  )

  thorough('what others saved is not there for Yarn until it is shared', async () => {
    const world = await openNpmWorld('vault', ['yarn'])
    projects(world)
    const token = await world.registry.token(user, password)
    await world.well('', 'credbridge', ['setup', 'yarn'])
    await world.well('', 'credbridge', ['set', world.registry.origin, '--kind', 'bearer'], { input: `${token}\n` })
    const inPipe = await world.run('tiny', 'yarn', ['npm', 'whoami'])
    expect(inPipe.exitCode).not.toBe(0)
    expect(inPipe.stdout + inPipe.stderr).not.toContain('credbridge')
    const share = `hint: credbridge share ${world.registry.origin} --with yarn\r\n`
    expect(await onScreen(world, 'yarn', 'npm', 'whoami')).toContain(share)
    await world.well('', 'credbridge', ['share', world.registry.origin, '--with', 'yarn'])
    expect(await world.well('tiny', 'yarn', ['npm', 'whoami'])).toContain(user)
  })

  thorough('a person whom the registry refuses reads what would keep a token for it, once', async () => {
    const world = await openNpmWorld('vault', ['yarn'])
    projects(world)
    await world.well('', 'credbridge', ['setup', 'yarn'])
    const screen = await onScreen(world, 'yarn', 'npm', 'whoami')
    const { origin } = world.registry
    const told = `credbridge: nothing is kept for ${origin}\r\nhint: credbridge set --kind bearer ${origin}\r\n`
    expect(screen.split(told)).toHaveLength(2)
  })
})

/** What somebody at a terminal sees in `tiny`. */
async function onScreen(world: NpmWorld, ...command: readonly string[]): Promise<string> {
  const words = ['-C', join(world.home, 'tiny'), 'python3', ...onTerminal([], ...command)]
  return (await world.run('', 'env', words)).stdout
}
