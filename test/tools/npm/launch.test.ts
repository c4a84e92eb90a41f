import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { npmLauncher } from '../../../src/tools/npm/launch.ts'
import { launching, readByProgram, type Started } from '../launching.ts'
import { madeUp } from '../made-up-world.ts'

const registry = 'https://registry.example.com'

function npm() {
  const place = madeUp()
  place.put('.state/npm-settings.json', '{"settings":{"registry":"https://default.example.com/"},"names":""}')
  return launching(npmLauncher, place)
}

const read = (started: Started | undefined) => (started === undefined ? [] : readByProgram(started))

describe('what is given', () => {
  test('a token of npm’s own, in a variable that only a file outside the project names', async () => {
    const it = npm()
    it.put('project/.npmrc', `registry=${registry}/`)
    await it.save('npm', registry, 'the-token')
    const started = await it.call('npm', ['install', '--save', 'a b'])
    expect(started?.words).toEqual(['install', '--save', 'a b'])
    expect(read(started)).toEqual(['//registry.example.com/:_authToken=the-token'])
    expect(started?.file?.mode).toBe(0o600)
    expect(started?.file?.text).not.toContain('the-token')
    const holding = Object.entries(started?.env ?? {}).filter(([, value]) => value?.includes('the-token'))
    expect(holding.map(([name]) => name)).toEqual([expect.stringMatching(/^CREDBRIDGE_[0-9A-F]{32}$/)])
  })

  test('another name at each call, and the file is gone afterwards', async () => {
    const it = npm()
    await it.save('npm', 'https://default.example.com', 'the-token')
    await it.call('npm', ['ci'])
    await it.call('npm', ['ci'])
    const names = it.started.map(({ env }) => Object.keys(env).find((name) => env[name] === 'the-token'))
    expect(new Set(names).size).toBe(2)
    for (const { env } of it.started) expect(it.world.files.exists(env['npm_config_userconfig'] ?? '')).toBe(false)
  })

  test('a user name and password, in base64', async () => {
    const it = npm()
    await it.save('npm', 'https://default.example.com', 'pä:ss', 'basic', 'alice')
    expect(read(await it.call('npx', ['tool']))).toEqual([
      `//default.example.com/:_auth=${Buffer.from('alice:pä:ss').toString('base64')}`,
    ])
  })

  test('what others saved only once it is shared', async () => {
    const it = npm()
    await it.save('person', 'https://default.example.com', 'mine')
    expect((await it.call('npm', ['install']))?.file).toBeUndefined()
    await it.share('https://default.example.com', 'npm')
    expect(read(await it.call('npm', ['install']))).toEqual(['//default.example.com/:_authToken=mine'])
  })

  test('a kind that npm cannot send is not there for it', async () => {
    const it = npm()
    await it.save('npm', 'https://default.example.com', 'x', 'header')
    expect((await it.call('npm', ['install']))?.file).toBeUndefined()
  })

  test('the user’s own configuration is repeated, but for what it says about the same registry', async () => {
    const it = npm()
    const own = 'email=a@example.com\n; a comment\n//other.example.com/:_authToken=${OTHER}\n'
    it.put('.npmrc', `${own}//default.example.com/:_authToken=stale\n[section]\na=b\n`)
    await it.save('npm', 'https://default.example.com', 'fresh')
    const started = await it.call('npm', ['install'])
    expect(started?.file?.text.split('\n').slice(1).join('\n')).toBe(`${own}[section]\na=b\n`)
    expect(read(started)[0]).toBe('//default.example.com/:_authToken=fresh')
    expect(it.read('.npmrc')).toContain('stale')
  })

  test('npm_config_userconfig names the user’s own, in any case, and ours takes its place', async () => {
    const place = madeUp()
    const own = place.put('elsewhere', 'registry=https://registry.example.com/\nemail=a@example.com\n')
    const it = launching(npmLauncher, { ...place, world: { ...place.world, env: { NPM_CONFIG_USERCONFIG: own } } })
    await it.save('npm', registry, 'the-token')
    expect(read(await it.call('npm', ['install']))).toEqual([
      '//registry.example.com/:_authToken=the-token',
      'registry=https://registry.example.com/',
      'email=a@example.com',
    ])
  })
})

test('npm within npm: what stands in the home folder is the user’s own still, not a project’s', async () => {
  const place = madeUp()
  const outer = place.put('.state/handed/1-x', '//default.example.com/:_authToken=${CREDBRIDGE_X}\n')
  place.put('.state/npm-settings.json', '{"settings":{"registry":"https://default.example.com/"},"names":""}')
  place.put('.npmrc', 'cafile=/etc/ssl/mine.pem\n//other.example.com/:_authToken=${CREDBRIDGE_X}\n')
  const it = launching(npmLauncher, { ...place, world: { ...place.world, env: { npm_config_userconfig: outer } } })
  await it.save('npm', 'https://default.example.com', 'the-token')
  expect(read(await it.call('npm', ['install']))).toEqual(['//default.example.com/:_authToken=the-token'])
})

describe('for which registries', () => {
  test('longest path first, and for the parent where the credential lies', async () => {
    const it = npm()
    it.put('project/.npmrc', `registry=${registry}/team/npm\n`)
    await it.save('npm', registry, 'origin')
    await it.save('npm', `${registry}/team`, 'team')
    expect(read(await it.call('npm', ['publish']))).toEqual([
      '//registry.example.com/team/npm/:_authToken=team',
      '//registry.example.com/team/:_authToken=team',
    ])
  })

  test('ports and schemes are told apart', async () => {
    const it = npm()
    await it.save('npm', 'https://registry.example.com:8443', 'port')
    await it.save('npm', 'http://registry.example.com', 'clear')
    it.put('project/.npmrc', `registry=${registry}/\n`)
    expect((await it.call('npm', ['install']))?.file).toBeUndefined()
    it.put('project/.npmrc', `registry=${registry}:8443/\n`)
    expect(read(await it.call('npm', ['install']))).toEqual(['//registry.example.com:8443/:_authToken=port'])
  })

  test.each([
    ['words', ['install', '--registry', 'https://words.example.com'], 'words'],
    ['words with =', ['install', '--registry=https://words.example.com/'], 'words'],
    ['words behind --', ['run', 'x', '--', '--registry=https://words.example.com/'], 'environment'],
    ['the environment', ['install'], 'environment'],
  ])('%s', async (_name, words, which) => {
    const place = madeUp()
    const it = launching(npmLauncher, {
      ...place,
      world: { ...place.world, env: { npm_config_registry: 'https://environment.example.com' } },
    })
    it.put('project/.npmrc', 'registry=https://project.example.com\n')
    for (const name of ['words', 'environment', 'project']) await it.save('npm', `https://${name}.example.com`, name)
    expect(read(await it.call('npm', words, { asked: true }))).toEqual([`//${which}.example.com/:_authToken=${which}`])
  })

  test('scopes, publishConfig, variables, and the default one where nobody says otherwise', async () => {
    const place = madeUp()
    place.put('.state/npm-settings.json', '{"settings":{"registry":"https://default.example.com/"},"names":""}')
    const it = launching(npmLauncher, { ...place, world: { ...place.world, env: { TEAM: 'blue' } } })
    it.put('.npmrc', '@user:registry=https://user.example.com\n')
    it.put('project/.npmrc', '@${TEAM}:registry=https://${TEAM}.example.com\n')
    it.put('project/package.json', '{"publishConfig": {"registry": "https://publish.example.com"}}')
    it.put('project/packages/a/package.json', '{"publishConfig": {"@a:registry": "https://a.example.com"}}')
    for (const name of ['user', 'blue', 'publish', 'a', 'default'])
      await it.save('npm', `https://${name}.example.com`, name)
    expect(read(await it.call('npm', ['publish', '-w', 'packages/a']))).toEqual([
      '//blue.example.com/:_authToken=blue',
      '//publish.example.com/:_authToken=publish',
      '//a.example.com/:_authToken=a',
      '//user.example.com/:_authToken=user',
      '//default.example.com/:_authToken=default',
      '@user:registry=https://user.example.com',
    ])
    it.put('project/package.json', '{}')
    expect(read(await it.call('npm', ['install']))).toContain('//default.example.com/:_authToken=default')
  })

  test('a project above the working directory counts, a line behind its head of a section does not', async () => {
    const it = npm()
    it.put('project/.npmrc', `registry=${registry}\n[x]\n@y:registry=https://y.example.com\n`)
    await it.save('npm', registry, 'the-token')
    await it.save('npm', 'https://y.example.com', 'y')
    const deeper = it.put('project/packages/a/file', '')
    const world = { ...it.world, workingFolder: deeper.slice(0, -'/file'.length) }
    const there = launching(npmLauncher, { ...it, world })
    await there.save('npm', registry, 'the-token')
    await there.save('npm', 'https://y.example.com', 'y')
    expect(read(await there.call('npm', ['install']))).toEqual(['//registry.example.com/:_authToken=the-token'])
  })
})

describe('what is not touched', () => {
  test.each([[['run', 'build']], [['test']], [['config', 'set', 'a', 'b']], [['--version']], [[]], [['ls']]])(
    'npm %j asks nobody',
    async (words) => {
      const it = npm()
      await it.save('npm', 'https://default.example.com', 'x')
      const started = await it.call('npm', words)
      expect(it.opened()).toBe(0)
      expect(it.isReady()).toBe(false)
      expect(Object.keys(started?.env ?? {})).toEqual(['CREDBRIDGE_DEPTH'])
      expect(read(await it.call('npm', ['install']))).toEqual(['//default.example.com/:_authToken=x'])
      expect(it.isReady()).toBe(true)
    },
  )

  test('unless a person asked for it', async () => {
    const it = npm()
    await it.save('npm', 'https://default.example.com', 'x')
    expect(read(await it.call('npm', ['run', 'release'], { asked: true }))).toEqual([
      '//default.example.com/:_authToken=x',
    ])
  })

  test('a configuration that the words name', async () => {
    const it = npm()
    await it.save('npm', 'https://default.example.com', 'x')
    expect((await it.call('npm', ['install', '--userconfig', 'mine']))?.file).toBeUndefined()
    await expect(it.call('npm', ['install', '--userconfig=mine'], { asked: true })).rejects.toMatchObject({
      code: 'unsupported',
    })
  })
})

describe('a person who asked hears what is missing', () => {
  test('nothing is kept', async () => {
    const it = npm()
    await expect(it.call('npm', ['publish'], { asked: true })).rejects.toMatchObject({
      code: 'refused',
      message: 'there is no credential for https://default.example.com',
      hints: [
        'credbridge set https://default.example.com --kind bearer',
        'credbridge share https://default.example.com --with npm',
      ],
    })
    expect(it.started).toEqual([])
  })

  test('something is, but not for npm', async () => {
    const it = npm()
    await it.save('git', 'https://default.example.com', 'x', 'basic', 'alice')
    await expect(it.call('npm', ['publish'], { asked: true })).rejects.toMatchObject({
      hints: ['credbridge share https://default.example.com --with npm'],
    })
  })

  test('without having asked, on a terminal: that something is there, but not for npm', async () => {
    const it = npm()
    await it.save('git', 'https://default.example.com', 'x', 'basic', 'alice')
    await it.call('npm', ['install'])
    expect(it.said).toEqual([])
    it.onTerminal()
    await it.call('npm', ['install'])
    expect(it.said).toEqual([
      'npm may not use the credential for https://default.example.com yet: credbridge share https://default.example.com --with npm',
    ])
  })

  test('what is kept for one registry and not shared is said, though another has its own', async () => {
    const it = npm()
    it.put('project/.npmrc', `@team:registry=${registry}\n`)
    await it.save('npm', 'https://default.example.com', 'x')
    await it.save('person', registry, 'y')
    it.onTerminal()
    await it.call('npm', ['install'])
    expect(it.said).toEqual([expect.stringContaining(`credbridge share ${registry} --with npm`)])
  })

  test('something else was given by name', async () => {
    const it = npm()
    const named: [string, ReturnType<typeof parseAddress>][] = [['TOKEN', parseAddress(registry)]]
    expect(await it.call('npm', ['publish'], { asked: true, named })).toBeDefined()
  })
})

test('a token that no header carries is refused with a reason', async () => {
  const it = npm()
  for (const token of ['a b', 'a\nb', 'ä', 'a\u0000b']) {
    await it.save('npm', 'https://default.example.com', token)
    await expect(it.call('npm', ['install'])).rejects.toMatchObject({ code: 'malformed' })
  }
  const other = npm()
  await other.save('npm', 'https://default.example.com', 'x', 'basic', 'a:b')
  await expect(other.call('npm', ['install'])).rejects.toMatchObject({ code: 'malformed' })
  expect([...it.started, ...other.started]).toEqual([])
})

describe('a project’s own variable that is not set', () => {
  const line = '//registry.example.com/:_authToken=${NPM_TOKEN}\n'

  test('gets what is kept for that very registry', async () => {
    const it = npm()
    it.put('project/.npmrc', `registry=${registry}\n${line}`)
    await it.save('npm', registry, 'x')
    expect((await it.call('npm', ['install']))?.env).toMatchObject({ NPM_TOKEN: 'x' })
    expect(it.said).toEqual([])
  })

  test.each([
    ['used elsewhere', `${line}//other.example.com/:_authToken=\${NPM_TOKEN}\n`, 'bearer'],
    ['used in another setting', `${line}user-agent=\${NPM_TOKEN}\n`, 'bearer'],
    ['for another form', line, 'basic'],
  ] as const)('%s: is pointed out, with what to do', async (_name, lines, kind) => {
    const it = npm()
    const file = it.put('project/.npmrc', `registry=${registry}\n${lines}`)
    await it.save('npm', registry, 'x', kind, kind === 'basic' ? 'alice' : '')
    expect(Object.keys((await it.call('npm', ['install']))?.env ?? {})).not.toContain('NPM_TOKEN')
    expect(it.said).toEqual([
      `${file}, line 2: NPM_TOKEN is not set, but takes precedence over credbridge: credbridge run --env NPM_TOKEN=${registry} -- npm …`,
    ])
  })

  test('and nothing is kept: the command that gives it', async () => {
    const it = npm()
    const file = it.put('project/.npmrc', `registry=${registry}\n${line}//unused.example.com/:_authToken=\${OTHER}\n`)
    await it.call('npm', ['install'])
    expect(it.said).toEqual([
      `${file}, line 2: NPM_TOKEN is not set: credbridge run --env NPM_TOKEN=${registry} -- npm …`,
    ])
  })

  test('a variable that the person has named keeps what they named', async () => {
    const it = npm()
    it.put('project/.npmrc', `registry=${registry}\n${line}`)
    await it.save('npm', registry, 'x')
    const named: [string, ReturnType<typeof parseAddress>][] = [['NPM_TOKEN', parseAddress(registry)]]
    expect((await it.call('npm', ['install'], { asked: true, named }))?.env).not.toHaveProperty('NPM_TOKEN')
    expect(it.said).toEqual([])
  })

  test('one that leads programs gets nothing', async () => {
    const it = npm()
    it.put('project/.npmrc', `registry=${registry}\n//registry.example.com/:_authToken=\${LD_PRELOAD}\n`)
    await it.save('npm', registry, 'x')
    expect((await it.call('npm', ['install']))?.env).not.toHaveProperty('LD_PRELOAD')
    expect(it.said).toEqual([])
  })
})

test('programs that start each other for ever are stopped', async () => {
  const it = npm()
  process.env['CREDBRIDGE_DEPTH'] = '20'
  try {
    await expect(it.call('npm', ['run', 'x'])).rejects.toMatchObject({ code: 'refused' })
  } finally {
    delete process.env['CREDBRIDGE_DEPTH']
  }
})
