import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { type Hint, wordsOfCommand } from '../../../src/core/hint.ts'
import { askedInstead } from '../../../src/tools/docker/check.ts'
import { containersSetup } from '../../../src/tools/docker/containers.ts'
import { dockerPlainSecrets } from '../../../src/tools/docker/import.ts'
import { docker } from '../../../src/tools/docker/places.ts'
import { dockerSetup } from '../../../src/tools/docker/setup.ts'
import type { Setup, SetupOptions } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

const clients = ['docker', 'helm', 'podman']
const commands = ['docker-credential-credbridge', 'docker-credential-credbridge-containers']
const others = ['docker-credential-crane']

/** A home where our command is installed, with docker's configuration as given. */
function home(config: string | undefined, runnable: readonly string[] = others) {
  const { world, ...rest } = madeUp({
    env: { REGISTRY_AUTH_FILE: undefined },
    isOwnProgram: () => true,
    program: (name) => ([...commands, ...clients, ...runnable].includes(name) ? `/opt/credbridge/${name}` : undefined),
    run: async (program, [verb]) => {
      const stdout = verb === 'list' ? '{}\n' : `${basename(program)} (credbridge) 0\n`
      return { stdout, stderr: '', exitCode: 0 }
    },
  })
  const file = join(world.home, '.docker', 'config.json')
  if (config !== undefined) rest.put('.docker/config.json', config)
  const make = async (verb: 'plan' | 'undo', options: SetupOptions = {}, setup: Setup = dockerSetup) => {
    const { changes } = await setup[verb](world, options)
    for (const change of changes) await change.apply()
    return changes.length
  }
  return { ...rest, world, file, make, config: () => rest.read('.docker/config.json') }
}

describe('undo restores every byte', () => {
  test.each([
    ['no file', undefined],
    ['an empty file', ''],
    ['a blank line', '\n'],
    ['an empty object', '{}'],
    ['one on two lines', '{\n}\n'],
    ['one with a blank in it', '{ }'],
    ['tabs', '{\n\t"auths": {\n\t\t"a": {}\n\t}\n}'],
    ['odd indentation', '{"x" : 1\n  , "y":\t2\n}\n'],
    ['CRLF', '{\r\n   "x": 1.0e2\r\n}\r\n'],
    ['an empty credsStore', '{"credsStore":"", "x":1}'],
    ['one of null', '{"x":1,\n"credsStore":null}'],
    ['one in another case', '{"CredsStore": "", "x": "\\u00e9"}'],
  ])('%s', async (_what, text) => {
    const { make, config, file, world } = home(text)
    expect(await make('plan')).toBe(1)
    expect(Object.entries(JSON.parse(config() ?? '')).map(([key, value]) => [key.toLowerCase(), value])).toContainEqual(
      ['credsstore', 'credbridge'],
    )
    expect(await make('plan')).toBe(0)
    expect(await make('undo')).toBe(1)
    expect(config()).toBe(text)
    expect(existsSync(file)).toBe(text !== undefined)
    expect(world.files.read(join(world.folders.state, 'replaced-helpers.json'))).toBe('{}\n')
  })

  test.each([
    ['none', '{"x":1}'],
    ['an empty object', '{\n  "credHelpers": {},\n  "x": 1\n}'],
    ['one with a line end in it', '{\n  "credHelpers": {\n  },\n  "x": 1\n}'],
    ['null', '{"credHelpers":null}'],
    ['others', '{"credHelpers": { "gcr.io":"gcloud" } }'],
  ])('credHelpers, %s', async (_what, text) => {
    const { make, config } = home(text)
    expect(await make('plan', { registry: ['a.example.com', 'b.example.com:5000', 'docker.io'] })).toBe(3)
    expect(await make('undo')).toBe(3)
    expect(config()).toBe(text)
  })

  test('with another helper, whose name may be a part of ours', async () => {
    const text = '{"credsStore": "crane", "credHelpers": {"a.example.com": "crane"}}\n'
    const { make, config } = home(text)
    expect(await make('plan', { replace: true })).toBe(1)
    expect(await make('plan', { replace: true, registry: ['a.example.com'] })).toBe(1)
    expect(await make('undo')).toBe(2)
    expect(config()).toBe(text)
  })

  test('but does not restore a helper that is gone', async () => {
    const { make, config } = home('{"credsStore": "gone", "x": 1}\n')
    expect(await make('plan', { replace: true })).toBe(1)
    expect(await make('undo')).toBe(1)
    expect(config()).toBe('{"x": 1}\n')
  })

  test.each([
    ['docker has rewritten the file', '{\n\t"auths": {\n\t\t"a": {}\n\t},\n\t"credsStore": "credbridge"\n}', '"auths"'],
    [
      'our line is now inside another object',
      '{"x": {\n\t"credsStore": "credbridge"\n}, "credsStore": "credbridge"}',
      '"x"',
    ],
  ])('undo removes only our name if %s', async (_what, meanwhile, stays) => {
    const { make, config, put } = home('')
    await make('plan')
    put('.docker/config.json', meanwhile)
    expect(await make('undo')).toBe(1)
    const { credsStore, ...rest } = JSON.parse(config() ?? '')
    expect([credsStore, JSON.stringify(rest)]).toEqual([undefined, expect.stringContaining(stays)])
  })
})

describe('another helper is not replaced unasked', () => {
  test.each(['{"credsStore":"desktop"}', '{"CredsStore":"desktop"}', '{"credsstore":{"a":"b"}}'])(
    '%s',
    async (text) => {
      const { make, config } = home(text)
      await expect(make('plan')).rejects.toMatchObject({ code: 'refused' })
      expect(config()).toBe(text)
    },
  )
})

describe('the setup that import names for a sign-in works as it stands', () => {
  const [one, only] = ['credbridge setup docker', 'credbridge setup docker --registry r.example.com']

  test.each([
    [{}, one],
    [{ credsStore: '' }, one],
    [{ credsStore: 'crane' }, `${one} --replace`],
    [{ credsStore: 'credbridge', credHelpers: { 'r.example.com': 'crane' } }, `${only} --replace`],
    [{ credsStore: 'credbridge', credHelpers: { 'r.example.com': '' } }, only],
    [{ credsStore: 'crane', credHelpers: { 'r.example.com': 'crane' } }, `${only} --replace`],
    [{ credHelpers: { 'r.example.com': 'crane' } }, `${only} --replace`],
    [{ credHelpers: { 'other.example.com': 'crane' } }, one],
  ])('%j', async (config, setup) => {
    const { make, world } = home(JSON.stringify({ ...config, auths: { 'r.example.com': { auth: 'dTpw' } } }))
    const asks = async () => (await dockerPlainSecrets.find(world, {})).secrets.map(({ asks }) => asks)
    expect(await asks()).toEqual([{ why: 'docker does not ask credbridge', setup }])
    const instead = await askedInstead(world, docker, parseAddress('https://r.example.com'))
    for (const { setup: named } of instead) expect(named).toBe(setup)
    const words = wordsOfCommand(setup as Hint) ?? []
    const registry = words.includes('--registry') ? { registry: ['r.example.com'] } : {}
    expect(await make('plan', { ...registry, replace: words.includes('--replace') })).toBe(1)
    expect(await asks()).toEqual([true])
  })

  test('also for one that another helper keeps', async () => {
    const { world } = home('{"credsStore":"credbridge","credHelpers":{"r.example.com":"crane"}}')
    const answers: Record<string, string> = {
      list: '{"r.example.com":"u"}',
      get: '{"ServerURL":"r.example.com","Username":"u","Secret":"p"}',
    }
    const crane = {
      ...world,
      isOwnProgram: (path: string) => !path.endsWith('crane'),
      run: async (_program: string, [verb = '']: readonly string[]) => ({
        stdout: answers[verb] ?? '',
        stderr: '',
        exitCode: 0,
      }),
    }
    const { secrets } = await dockerPlainSecrets.find(crane, { helper: 'crane' })
    expect(secrets.map(({ asks }) => asks)).toEqual([
      { why: 'docker does not ask credbridge', setup: `${only} --replace` },
    ])
  })
})

describe('a registry is written in the spelling that clients look for', () => {
  test.each([
    ['http://127.0.0.1:5000', '127.0.0.1:5000', '127.0.0.1:5000'],
    ['https://REGISTRY.example.com/v2/', 'registry.example.com', 'registry.example.com'],
    ['registry-1.docker.io', 'https://index.docker.io/v1/', 'docker.io'],
  ])('%s', async (word, key, containersKey) => {
    const { make, config, read } = home(undefined)
    expect(await make('plan', { registry: [word, word] })).toBe(1)
    expect(JSON.parse(config() ?? '')).toEqual({ credHelpers: { [key]: 'credbridge' } })
    expect(await make('plan', { registry: [word, word] }, containersSetup)).toBe(1)
    const containers = read('.config/containers/auth.json')
    expect(JSON.parse(containers ?? '')).toEqual({ credHelpers: { [containersKey]: 'credbridge-containers' } })
  })

  test.each(['ghcr.example.com/team', 'https://index.docker.io/v1/access-token'])(
    '%s is not a registry',
    async (word) => {
      const { make, config } = home('{}')
      for (const setup of [dockerSetup, containersSetup]) {
        const refusal = { code: 'malformed', hints: [expect.stringMatching(/^for all of it: --registry [a-z.]+$/)] }
        await expect(make('plan', { registry: [word] }, setup)).rejects.toMatchObject(refusal)
      }
      expect(config()).toBe('{}')
    },
  )
})

test('an unreadable record of replaced helpers is reported by name', async () => {
  const { make, world, config } = home('{"credsStore":"credbridge"}')
  const memory = join(world.folders.state, 'replaced-helpers.json')
  mkdirSync(world.folders.state, { recursive: true })
  writeFileSync(memory, 'x')
  await expect(make('undo')).rejects.toMatchObject({ message: `${memory} cannot be read: it is not JSON` })
  expect(config()).toBe('{"credsStore":"credbridge"}')
})

describe("podman's drop-ins are read in the order of their names", () => {
  const own = '.config/containers/registries.conf.d/zz-credbridge.conf'

  test('a list that is read after ours would win: refused', async () => {
    const { make, put, read } = home(undefined)
    const later = put('.config/containers/registries.conf.d/zzz.conf', 'credential-helpers = ["other"]\n')
    const refusal = {
      code: 'refused',
      message: `${later} is read after the file that setup would write, and overrides it`,
    }
    await expect(make('plan', {}, containersSetup)).rejects.toMatchObject(refusal)
    expect(read(own)).toBeUndefined()
  })

  test('a file without a list, or read before ours, is accepted', async () => {
    const { make, put, read } = home(undefined)
    put('.config/containers/registries.conf.d/zzz.conf', 'unqualified-search-registries = ["r.example.com"]\n')
    put('.config/containers/registries.conf.d/10.conf', 'credential-helpers = ["other"]\n')
    expect(await make('plan', {}, containersSetup)).toBe(1)
    expect(read(own)).toContain('credential-helpers = ["credbridge-containers", "other"]')
    expect(await make('plan', {}, containersSetup)).toBe(0)
  })
})

describe('doctor says which helper is asked for which servers', () => {
  test.each([
    [{ credsStore: 'credbridge' }, 'docker asks credbridge'],
    [
      {
        credsStore: 'credbridge',
        credHelpers: { 'a.example.com': 'pass', 'b.example.com': '', 'c.example.com': 'credbridge' },
      },
      'docker asks credbridge, pass for a.example.com, no helper for b.example.com',
    ],
    [
      { credsStore: 'pass', credHelpers: { 'a.example.com': 'credbridge' } },
      'docker asks pass, credbridge for a.example.com',
    ],
  ])('%j', async (config, says) => {
    const { world } = home(JSON.stringify(config))
    expect((await dockerSetup.check(world))[0]).toEqual({ state: 'ok', says })
  })
})

describe("podman's family has a helper of its own", () => {
  const own = '.config/containers/registries.conf.d/zz-credbridge.conf'
  const former = `# Written by \`credbridge setup containers\`; \`credbridge setup containers --undo\` removes it.
credential-helpers = ["credbridge", "containers-auth.json"]
`

  test('the name that an earlier setup wrote is replaced, and doctor asks for that', async () => {
    const { make, put, read, world } = home(undefined, ['podman'])
    put(own, former)
    expect(await containersSetup.check(world)).toMatchObject([
      { state: 'wrong', says: expect.stringContaining('podman --remote'), fix: 'credbridge setup containers' },
    ])
    expect(await make('plan', {}, containersSetup)).toBe(1)
    expect(read(own)).toBe(former.replace('"credbridge"', '"credbridge-containers"'))
    expect(await containersSetup.check(world)).toEqual([{ state: 'ok', says: 'podman: credbridge is asked' }])
    expect(await make('undo', {}, containersSetup)).toBe(1)
    expect(read(own)).toBeUndefined()
  })

  test("in a person's own list it is reported, not changed", async () => {
    const { put, world } = home(undefined, ['podman'])
    const list = put('.config/containers/registries.conf', 'credential-helpers = ["credbridge"]\n')
    const { changes, remarks } = await containersSetup.plan(world, {})
    expect([changes, remarks]).toEqual([[], [expect.stringContaining(`${list}: podman --remote`)]])
    expect(await containersSetup.check(world)).toMatchObject([{ state: 'wrong' }])
  })

  test('doctor notices an outdated list', async () => {
    const { make, put, world } = home(undefined, ['podman'])
    await make('plan', {}, containersSetup)
    put('.config/containers/registries.conf', 'credential-helpers = ["other"]\n')
    expect(await containersSetup.check(world)).toMatchObject([
      { state: 'note', says: expect.stringContaining('an outdated list'), fix: 'credbridge setup containers' },
    ])
    expect(await make('plan', {}, containersSetup)).toBe(1)
    expect(await containersSetup.check(world)).toMatchObject([{ state: 'ok' }])
  })
})

describe('setup imports sign-ins that would no longer be found', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const auths = {
    'a.example.com': { auth: base64('alice:a') },
    'b.example.com': { auth: base64('bob:b') },
    'http://c.example.com': { auth: base64('carol:c') },
  }
  const passwords: Readonly<Record<string, string>> = { 'd.example.com': 'd', 'https://index.docker.io/v1/': 'h' }

  /** Where another helper keeps sign-ins; what it was asked. */
  function withHelper(config: object, helper = 'other') {
    const asked: string[] = []
    const { world, ...rest } = madeUp({
      isOwnProgram: (program) => program.includes('credbridge-'),
      program: (name) => (name === `docker-credential-${helper}` ? `/opt/${name}` : `/opt/credbridge-1/${name}`),
      run: async (program, [verb = ''], { input = '' } = {}) => {
        if (program.includes('credbridge-1')) {
          return { stdout: `${basename(program)} (credbridge) 0\n`, stderr: '', exitCode: 0 }
        }
        asked.push(`${verb} ${input}`)
        const all = Object.fromEntries(Object.keys(passwords).map((server) => [server, 'dave']))
        const answer = verb === 'list' ? all : { ServerURL: input, Username: 'dave', Secret: passwords[input] }
        return { stdout: JSON.stringify(answer), stderr: '', exitCode: 0 }
      },
    })
    rest.put('.docker/config.json', JSON.stringify(config))
    const plan = async (options: SetupOptions) => {
      const { signIns = [], remarks } = await dockerSetup.plan(world, options)
      return { signIns: signIns.map(({ credential }) => `${credential.account} ${credential.endpoint.key}`), remarks }
    }
    return { ...rest, world, plan, asked }
  }

  test('those in the file; those that cannot be moved are reported', async () => {
    const { plan } = withHelper({ auths })
    expect(await plan({})).toEqual({
      signIns: ['alice https://a.example.com', 'bob https://b.example.com'],
      remarks: [expect.stringContaining('http://c.example.com: not moved')],
    })
    expect(await plan({ registry: ['b.example.com'] })).toEqual({ signIns: ['bob https://b.example.com'], remarks: [] })
    expect(await plan({ import: false })).toEqual({ signIns: [], remarks: [] })
  })

  test('those that another helper still answers stay there', async () => {
    const { plan } = withHelper({ auths, credHelpers: { 'a.example.com': 'other' } })
    expect((await plan({})).signIns).toEqual(['bob https://b.example.com'])
  })

  test('those of the former helper are copied, and stay there for undo', async () => {
    const { world, plan, asked } = withHelper({ credsStore: 'other', auths: { 'd.example.com': {} } })
    expect((await plan({ replace: true })).signIns).toEqual(['dave https://d.example.com', 'dave https://docker.io'])
    expect((await plan({ replace: true, registry: ['d.example.com'] })).signIns).toEqual(['dave https://d.example.com'])
    const { signIns = [] } = await dockerSetup.plan(world, { replace: true })
    for (const signIn of signIns) await signIn.takeOut()
    expect(asked.filter((call) => call.startsWith('erase'))).toEqual([])
  })

  test('those of docker-credential-secretservice, too', async () => {
    const { plan } = withHelper({ credsStore: 'secretservice' }, 'secretservice')
    expect((await plan({ replace: true })).signIns).toHaveLength(2)
  })

  test.each([
    ['gone', /docker-credential-gone is not on PATH: nothing is imported from it/],
    ['ecr-login', /docker-credential-ecr-login creates short-lived passwords: none is imported/],
  ])('%s', async (former, remark) => {
    const { world } = withHelper({ credsStore: former }, former)
    const program: typeof world.program = (name) => (name.endsWith('gone') ? undefined : world.program(name))
    const { signIns, remarks } = await dockerSetup.plan({ ...world, program }, { replace: true })
    expect([signIns, remarks]).toEqual([[], [expect.stringMatching(remark)]])
  })

  test('a helper that cannot list: refused, with a hint to go on without it', async () => {
    const { world } = withHelper({ credsStore: 'other' })
    const run: typeof world.run = async (program, words, options) => {
      if (words[0] === 'list' && program.endsWith('other')) return { stdout: 'locked\n', stderr: '', exitCode: 1 }
      return world.run(program, words, options)
    }
    await expect(dockerSetup.plan({ ...world, run }, { replace: true })).rejects.toMatchObject({
      code: 'unavailable',
      hints: ['see its output: docker-credential-other list', 'to go on without its sign-ins, add --no-import'],
    })
  })

  test('for podman, skopeo and buildah those in the file that names us', async () => {
    const { world, put } = withHelper({})
    put('.config/containers/auth.json', JSON.stringify({ auths }))
    const { signIns = [] } = await containersSetup.plan(world, { registry: ['b.example.com'] })
    expect(signIns.map(({ credential }) => credential.account)).toEqual(['bob'])
    expect((await containersSetup.plan(world, { registry: ['b.example.com'], import: false })).signIns).toEqual([])
  })
})
