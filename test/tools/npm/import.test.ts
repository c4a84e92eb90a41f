import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyManagersSecrets } from '../../../src/tools/npm/import-all.ts'
import type { PlainSecret, SetupOptions } from '../../../src/tools/tool.ts'
import { type MadeUp, madeUp } from '../made-up-world.ts'

const machine = '{"settings":{"registry":"https://default.example.com/"},"names":""}'

function place(files: Readonly<Record<string, string>>): MadeUp {
  const it = madeUp()
  it.put('.state/npm-settings.json', machine)
  for (const [name, text] of Object.entries(files)) it.put(name, text)
  return it
}

const shown = ({ credential: { endpoint, account, owner, kind, secret } }: PlainSecret) =>
  `${owner} ${kind} ${account} ${endpoint.key} ${secret.expose()}`

async function found({ world }: MadeUp, options: SetupOptions = {}) {
  return everyManagersSecrets.find(world, options)
}

/** Moves everything out, looks at the files, and puts it back. */
async function thereAndBack(files: Readonly<Record<string, string>>, options: SetupOptions = {}) {
  const it = place(files)
  const { secrets, remarks } = await found(it, options)
  for (const { takeOut } of secrets) await takeOut()
  const after = Object.fromEntries(Object.keys(files).map((name) => [name, it.read(name)]))
  expect((await found(it, options)).secrets).toEqual([])
  for (const { trace, credential } of secrets) {
    expect(JSON.stringify(trace)).not.toContain(credential.secret.expose())
    await everyManagersSecrets.putBack?.(it.world, trace ?? {}, credential)
  }
  for (const [name, text] of Object.entries(files)) expect(it.read(name)).toBe(text)
  return { after, secrets: secrets.map(shown), remarks: remarks.filter((remark) => remark.includes('line')) }
}

describe('npmrc', () => {
  test('every form, of the user and of the project; comments, order and everything else stay', async () => {
    const basic = Buffer.from('bob:p:ss').toString('base64')
    const password = Buffer.from('pässword').toString('base64')
    const { after, secrets, remarks } = await thereAndBack({
      '.npmrc': [
        '; my registries',
        '@team:registry=https://team.example.com/npm/',
        '//team.example.com/npm/:_authToken=token-1 ; the team',
        '//other.example.com:8443/:_authToken="token;2"',
        '',
        `//basic.example.com/:_auth=${basic}`,
        '//parts.example.com/:username=carol',
        `//parts.example.com/:_password=${password}`,
        '//parts.example.com/:email=carol@example.com',
        '//left.example.com/:_authToken=${LEFT}',
        '',
      ].join('\n'),
      'project/.npmrc': '//project.example.com/:_authToken=token-3\r\nsave-exact=true\r\n',
    })
    expect(secrets).toEqual([
      'npm bearer  https://team.example.com/npm token-1',
      'npm bearer  https://other.example.com:8443 token;2',
      'npm basic bob https://basic.example.com p:ss',
      'npm basic carol https://parts.example.com pässword',
      'npm bearer  https://project.example.com token-3',
    ])
    expect(remarks).toEqual([])
    expect(after).toEqual({
      '.npmrc': [
        '; my registries',
        '@team:registry=https://team.example.com/npm/',
        '',
        '//parts.example.com/:email=carol@example.com',
        '//left.example.com/:_authToken=${LEFT}',
        '',
      ].join('\n'),
      'project/.npmrc': 'save-exact=true\r\n',
    })
  })

  test('the old forms without a registry belong to the default one', async () => {
    const old = `_authToken=token\n_auth=${Buffer.from('a:letmein').toString('base64')}\n`
    const { secrets } = await thereAndBack({ '.npmrc': old })
    expect(secrets).toEqual([
      'npm bearer  https://default.example.com token',
      'npm basic a https://default.example.com letmein',
    ])
    const named = await thereAndBack({ '.npmrc': `${old}registry=https://mine.example.com/x\n` })
    expect(named.secrets[0]).toBe('npm bearer  https://mine.example.com/x token')
  })

  test('http: on this machine, and elsewhere only if the user says so', async () => {
    const files = {
      '.npmrc': [
        'registry=http://clear.example.com/',
        '//clear.example.com/:_authToken=token-a',
        '//127.0.0.1:4873/:_authToken=token-b',
        '//localhost/:_authToken=token-c',
        '//[::1]:4873/:_authToken=token-d',
        '',
      ].join('\n'),
    }
    const local = ['http://127.0.0.1:4873 token-b', 'http://localhost token-c', 'http://[::1]:4873 token-d'].map(
      (it) => `npm bearer  ${it}`,
    )
    const usual = place(files)
    const { secrets, remarks } = await found(usual)
    expect(secrets.map(shown)).toEqual(local)
    expect(remarks[0]).toMatch(/\.npmrc, line 2: .*--allow-http/)
    const all = await thereAndBack(files, { allowHttp: true })
    expect(all.secrets).toEqual(['npm bearer  http://clear.example.com token-a', ...local])
  })

  test('only one file, only some registries', async () => {
    const it = place({
      '.npmrc': '//a.example.com/:_authToken=a\n//b.example.com/:_authToken=b\n',
      'project/.npmrc': '//c.example.com/:_authToken=c\n',
      '.yarnrc.yml': 'npmRegistryServer: "https://y.example.com"\nnpmAuthToken: y\n',
    })
    const file = `${it.home}/.npmrc`
    const { secrets } = await found(it, { file, only: ['//b.example.com/'] })
    expect(secrets.map(shown)).toEqual(['npm bearer  https://b.example.com b'])
  })

  test('what cannot be understood stays, and is named', async () => {
    const it = place({
      '.npmrc': '//a.example.com/:_auth=notbase64\n//b.example.com/:_password=eA==\n//:_authToken=x\n',
    })
    const { secrets, remarks } = await found(it)
    expect(secrets).toEqual([])
    expect(remarks.map((remark) => /line \d/.exec(remark)?.[0])).toEqual(['line 1', 'line 2', 'line 3'])
    for (const remark of remarks) expect(remark).not.toContain('notbase64')
  })

  test('a file that changes meanwhile keeps its secret', async () => {
    const it = place({ '.npmrc': '//a.example.com/:_authToken=a\n' })
    const { secrets } = await found(it)
    it.put('.npmrc', '//a.example.com/:_authToken=other\n')
    expect(() => secrets[0]?.takeOut()).toThrow('has changed meanwhile')
    expect(it.read('.npmrc')).toContain('other')
  })
})

test('files of pnpm’s own are pnpm’s', async () => {
  const { after, secrets } = await thereAndBack({
    '.config/pnpm/auth.ini': '//a.example.com/:_authToken=one\n',
    '.config/pnpm/rc': '; old\nstore-dir=/tmp/x\n//b.example.com/:_authToken=two\n',
  })
  expect(after).toEqual({ '.config/pnpm/auth.ini': '', '.config/pnpm/rc': '; old\nstore-dir=/tmp/x\n' })
  expect(secrets).toEqual(['pnpm bearer  https://a.example.com one', 'pnpm bearer  https://b.example.com two'])
})

describe('.yarnrc.yml', () => {
  test('every form; what would be left empty goes, too', async () => {
    const { after, secrets } = await thereAndBack({
      '.yarnrc.yml': [
        '# mine',
        'npmRegistryServer: "https://yarn.example.com"',
        'npmAuthToken: "token-1" # at work',
        'npmRegistries:',
        '  "//a.example.com/npm":',
        '    npmAlwaysAuth: true',
        "    npmAuthToken: 'token-2'",
        '  "//b.example.com":',
        '    npmAuthIdent: bob:p:ss',
        'npmScopes:',
        '  team:',
        '    npmRegistryServer: https://team.example.com:8443',
        `    npmAuthIdent: ${Buffer.from('carol:secret').toString('base64')}`,
        '  left:',
        '    npmAuthToken: "${LEFT}"',
        'nodeLinker: node-modules',
        '',
      ].join('\n'),
      'project/.yarnrc.yml': [
        'npmScopes:',
        '  a:',
        '    npmAuthToken: token-3',
        '',
        '  b:',
        '    # for b',
        '    npmAuthToken: token-4',
        'nodeLinker: pnp',
        '',
      ].join('\n'),
    })
    expect(secrets).toEqual([
      'yarn bearer  https://yarn.example.com token-1',
      'yarn bearer  https://a.example.com/npm token-2',
      'yarn basic bob https://b.example.com p:ss',
      'yarn basic carol https://team.example.com:8443 secret',
      'yarn bearer  https://yarn.example.com token-3',
      'yarn bearer  https://yarn.example.com token-4',
    ])
    expect(after).toEqual({
      '.yarnrc.yml': [
        '# mine',
        'npmRegistryServer: "https://yarn.example.com"',
        'npmRegistries:',
        '  "//a.example.com/npm":',
        '    npmAlwaysAuth: true',
        'npmScopes:',
        '  team:',
        '    npmRegistryServer: https://team.example.com:8443',
        '  left:',
        '    npmAuthToken: "${LEFT}"',
        'nodeLinker: node-modules',
        '',
      ].join('\n'),
      'project/.yarnrc.yml': '\n    # for b\nnodeLinker: pnp\n',
    })
  })

  test('a registry that nobody names', async () => {
    const { secrets, remarks } = await found(place({ '.yarnrc.yml': 'npmAuthToken: x\n' }))
    expect(secrets).toEqual([])
    expect(remarks[0]).toMatch(/\.yarnrc\.yml, line 1: nothing says which registry/)
  })
})

describe('bunfig.toml', () => {
  test('every form', async () => {
    const { after, secrets, remarks } = await thereAndBack({
      '.bunfig.toml': [
        '[install]',
        '# mine',
        'registry = { url = "https://bun.example.com/npm/", token = "token-1" } # at work',
        '[install.scopes]',
        'team = { token = "token-2", url = "https://team.example.com" }',
        '"@other" = { username = "bob", password = "p\\"ss", url = "https://other.example.com" }',
        'env = { url = "https://env.example.com", token = "$TOKEN" }',
        '',
      ].join('\n'),
      'project/bunfig.toml': '[install.registry]\nurl = "https://table.example.com"\ntoken = "token-3"\n',
    })
    expect(secrets).toEqual([
      'bun bearer  https://bun.example.com/npm token-1',
      'bun bearer  https://team.example.com token-2',
      'bun basic bob https://other.example.com p"ss',
      'bun bearer  https://table.example.com token-3',
    ])
    expect(remarks).toEqual([])
    expect(after).toEqual({
      '.bunfig.toml': [
        '[install]',
        '# mine',
        'registry = { url = "https://bun.example.com/npm/" } # at work',
        '[install.scopes]',
        'team = { url = "https://team.example.com" }',
        '"@other" = { username = "bob", url = "https://other.example.com" }',
        'env = { url = "https://env.example.com", token = "$TOKEN" }',
        '',
      ].join('\n'),
      'project/bunfig.toml': '[install.registry]\nurl = "https://table.example.com"\n',
    })
  })

  test('what stands in an address, or is written otherwise, stays and is named', async () => {
    const { secrets, remarks } = await found(
      place({
        '.bunfig.toml':
          "[install]\nregistry = 'https://bob:pass@bun.example.com'\n[install.scopes]\na = { url = 'https://a.example.com', token = 'x' }\n",
      }),
    )
    expect(secrets).toEqual([])
    expect(remarks).toHaveLength(2)
    for (const remark of remarks) expect(remark).not.toContain('pass')
  })
})

describe('whether a manager asks credbridge about what is found', () => {
  const files = {
    '.npmrc': '//a.example.com/:_authToken=token-1\n',
    '.config/pnpm/auth.ini': '//b.example.com/:_authToken=token-2\n',
    '.yarnrc.yml': 'npmRegistries:\n  "https://c.example.com":\n    npmAuthToken: token-3\n',
    '.bunfig.toml': '[install]\nregistry = { url = "https://d.example.com", token = "token-4" }\n',
  }
  const asked = async (it: MadeUp) =>
    Object.fromEntries((await found(it)).secrets.map(({ credential, asks }) => [credential.owner, asks]))

  test('npm and Yarn: their setup decides; pnpm: each registry by itself; Bun: never', async () => {
    const it = place(files)
    const pnpm = {
      why: 'pnpm does not ask credbridge',
      setup: 'credbridge setup pnpm --registry https://b.example.com',
    }
    const bun = { why: 'bun asks no helper', setup: 'credbridge run -- bun' }
    expect(await asked(it)).toEqual({ npm: undefined, pnpm, yarn: undefined, bun })
    const helper = join(it.world.folders.data, 'pnpm', 'https_3a_2f_2fb.example.com')
    it.put('.config/pnpm/auth.ini', `${files['.config/pnpm/auth.ini']}//b.example.com/:tokenHelper=${helper}\n`)
    expect(await asked(it)).toMatchObject({ pnpm: true })
  })
})
