import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { thorough } from '../real/depth.ts'
import { storesInTurn } from '../real/stores.ts'
import { typing } from '../real/typing.ts'
import { needsNpmClients, openNpmWorld, password, stores, user, writePackage } from './npm-world.ts'

const login = [
  ['Username:', user],
  ['Password:', password],
] as const

needsNpmClients('npm', () => {
  describe.each(storesInTurn(stores))('from %s', (store) => {
    test('login, whoami, publish, install, npx, logout, and no token in any file', { timeout: 120_000 }, async () => {
      const world = await openNpmWorld(store, ['npm'])
      await world.well('', 'credbridge', ['setup', 'npm'])
      writePackage(world, 'tiny', '@team/tiny')
      world.put('app/package.json', '{ "name": "app", "private": true }')
      await world.registry.token(user, password)
      expect(await world.run('', 'npm', ['whoami'])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('ENEEDAUTH'),
      })

      await typing(['npm', 'login', '--auth-type=legacy'], login, { env: world.env, cwd: world.home })
      expect(world.read('.npmrc')).toBe(`registry=${world.registry.origin}/\n`)
      const token = (await world.well('', 'credbridge', ['get', world.registry.origin])).trim()
      expect(token).not.toBe('')

      expect(await world.well('', 'npm', ['whoami'])).toBe(`${user}\n`)
      await world.well('tiny', 'npm', ['publish'])
      await world.well('app', 'npm', ['install', '@team/tiny'])
      expect(existsSync(join(world.home, 'app', 'node_modules', '@team', 'tiny', 'tiny.js'))).toBe(true)
      expect(await world.well('', 'npx', ['--yes', '@team/tiny'])).toBe('tiny indeed\n')
      expect(world.filesWith(token)).toEqual([])
      expect(readdirSync(join(world.home, '.local', 'state', 'credbridge', 'handed'))).toEqual([])

      await world.well('', 'npm', ['logout'])
      expect(await world.run('', 'credbridge', ['get', world.registry.origin])).toMatchObject({ exitCode: 1 })
      expect(await world.run('', 'npm', ['whoami'])).toMatchObject({ exitCode: 1 })

      await world.well('', 'credbridge', ['setup', 'npm', '--undo'])
      expect(readdirSync(world.bin)).toEqual([])
    })
  })

  thorough('a token that was in a file before: import takes it out, npm has it still, and the way back', async () => {
    const world = await openNpmWorld('vault', ['npm'])
    const token = await world.registry.token(user, password)
    const [own, dart] = [world.read('.npmrc'), world.registry.origin.replace('http:', '')]
    const full = `; mine\n${own}${dart}/:_authToken = ${token}\nemail=alice@example.com\n`
    world.put('.npmrc', full)
    await world.well('', 'credbridge', ['setup', 'npm'])
    expect(await world.well('', 'npm', ['whoami'])).toBe(`${user}\n`)
    await world.well('', 'credbridge', ['import', 'npm', '--yes'])
    expect(world.read('.npmrc')).toBe(`; mine\n${own}email=alice@example.com\n`)
    expect(world.filesWith(token)).toEqual([])
    expect(await world.well('', 'npm', ['whoami'])).toBe(`${user}\n`)
    await world.well('', 'credbridge', ['import', 'npm', '--undo', '--yes'])
    expect(world.read('.npmrc')).toBe(full)
  })

  thorough('a user name and a password', async () => {
    const world = await openNpmWorld('vault', ['npm'])
    await world.registry.token(user, password)
    await world.well('', 'credbridge', ['setup', 'npm'])
    await world.well('', 'credbridge', ['set', world.registry.origin, user], { input: `${password}\n` })
    expect(await world.run('', 'npm', ['whoami'])).toMatchObject({ exitCode: 1 })
    await world.well('', 'credbridge', ['share', world.registry.origin, user, '--with', 'npm'])
    expect(await world.well('', 'npm', ['whoami'])).toBe(`${user}\n`)
  })

  thorough('a project that names a variable for its registry', async () => {
    const world = await openNpmWorld('vault', ['npm'])
    const { origin } = world.registry
    const token = await world.registry.token(user, password)
    world.put('app/package.json', '{ "name": "app", "private": true }')
    const file = world.put('app/.npmrc', `${origin.replace('http:', '')}/:_authToken=\${NPM_TOKEN}\n`)
    await world.well('', 'credbridge', ['setup', 'npm'])
    const whoami = () => world.run('app', 'npm', ['whoami'])
    const what = `credbridge: ${file}, line 1: NPM_TOKEN is not set`
    const refused = {
      exitCode: 1,
      stderr: expect.stringContaining(`${what}: credbridge run --env NPM_TOKEN=${origin} -- npm …`),
    }
    expect(await whoami()).toMatchObject(refused)
    await world.well('', 'credbridge', ['set', origin, '--kind', 'bearer'], { input: `${token}\n` })
    expect(await whoami()).toMatchObject(refused)
    const onTerminal = await typing(['npm', 'whoami'], [], { env: world.env, cwd: join(world.home, 'app') }).catch(
      String,
    )
    expect(onTerminal).toContain(`credbridge share ${origin} --with npm`)
    expect(await world.well('app', 'credbridge', ['run', '--env', `NPM_TOKEN=${origin}`, '--', 'npm', 'whoami'])).toBe(
      `${user}\n`,
    )
    await world.well('', 'credbridge', ['share', origin, '--with', 'npm'])
    expect(await whoami()).toMatchObject({ exitCode: 0, stdout: `${user}\n`, stderr: '' })
  })

  thorough('credbridge run says before anything starts what is missing', async () => {
    const world = await openNpmWorld('vault', ['npm'])
    writePackage(world, 'tiny', '@team/tiny', { scripts: { prepublishOnly: 'touch started' } })
    const { origin } = world.registry
    expect(await world.run('tiny', 'credbridge', ['run', '--', 'npm', 'publish'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: `credbridge: there is no credential for ${origin}\nhint: credbridge set ${origin} --kind bearer\nhint: credbridge share ${origin} --with npm\n`,
    })
    expect(existsSync(join(world.home, 'tiny', 'started'))).toBe(false)
  })

  thorough(
    'scripts of packages see the token while npm installs, as SECURITY.md says, and not while npm runs one',
    async () => {
      const world = await openNpmWorld('vault', ['npm'])
      const token = await world.registry.token(user, password)
      await world.well('', 'credbridge', ['setup', 'npm'])
      await world.well('', 'credbridge', ['set', world.registry.origin, '--kind', 'bearer'], { input: `${token}\n` })
      await world.well('', 'credbridge', ['share', world.registry.origin, '--with', 'npm'])
      const scripts = { preinstall: 'env >installing', look: 'env >running' }
      world.put('app/package.json', JSON.stringify({ name: 'app', private: true, scripts }))
      await world.well('app', 'npm', ['install'])
      await world.well('app', 'npm', ['run', 'look'])
      expect(world.read('app/installing')).toMatch(new RegExp(`^CREDBRIDGE_[0-9A-F]{32}=${token}$`, 'm'))
      expect(world.read('app/running')).not.toContain(token)
    },
  )
})
