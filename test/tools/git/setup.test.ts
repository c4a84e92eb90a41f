import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { runIn } from '../../../src/system/child.ts'
import { gitPlainSecrets } from '../../../src/tools/git/import.ts'
import { askedBefore } from '../../../src/tools/git/other-helpers.ts'
import { gitSetup } from '../../../src/tools/git/setup.ts'
import type { Plan, SetupOptions } from '../../../src/tools/tool.ts'
import { machineGit } from '../../real/gits.ts'
import { needs } from '../../real/require.ts'
import { madeUp } from '../made-up-world.ts'

const run = runIn(process.env)

/* What setup makes of the helpers that somebody has configured already, with the real git. */

const ours = '/opt/credbridge/git-credential-credbridge'

needs('git', machineGit !== undefined)('git setup', () => {
  const git = machineGit?.program ?? ''

  /** A home in which these helpers are configured, in this order. */
  function home(...helpers: readonly string[]) {
    const made = madeUp({
      program: () => git,
      run: (program, words, options = {}) => run(program, words, { ...options, env: { ...options.env, ...env } }),
    })
    const env = { HOME: made.home, XDG_CONFIG_HOME: join(made.home, '.config'), GIT_CONFIG_NOSYSTEM: '1' }
    const config = (...words: string[]) =>
      execFileSync(git, ['config', '--global', ...words], {
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
    const add = (helper: string, url = '') => config('--add', `credential.${url}${url && '.'}helper`, helper)
    for (const helper of helpers) add(helper)
    const kept = () => made.read('.gitconfig') ?? ''
    return {
      add,
      kept,
      helpers: () => config('--null', '--get-all', 'credential.helper').split('\0').slice(0, -1),
      plan: (options: SetupOptions = {}) => gitSetup.plan(made.world, options),
      setup: async (options: SetupOptions = {}) => done(await gitSetup.plan(made.world, options)),
      undo: async () => done(await gitSetup.undo(made.world, {})),
      env,
      home: made.home,
      before: async (url: string) => askedBefore(made.world, parseAddress(url)),
      /** Whether the real git runs our helper for this URL. */
      async asksUs(url: string) {
        const [, , host = '', ...path] = url.split('/')
        const input = `protocol=https\nhost=${host}\npath=${path.join('/')}\n\n`
        const trace = { ...env, GIT_TRACE: '1', GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }
        return (await run(git, ['credential', 'fill'], { input, env: trace })).stderr.includes(ours)
      },
      remarks: async () => (await gitPlainSecrets.find(made.world, {})).remarks,
      lines: () => gitSetup.check(made.world),
      check: async () => (await gitSetup.check(made.world)).map(({ state, says }) => [state, says]),
    }
  }

  async function done({ changes }: Plan): Promise<number> {
    for (const change of changes) await change.apply()
    return changes.length
  }

  test.each([[[]], [['cache']], [['', 'cache']], [['', 'cache', '']], [['']], [['store', '', 'cache', '', 'netrc']]])(
    'undo restores %j after every kind of setup',
    async (helpers) => {
      for (const ways of [[{}], [{ only: true }], [{}, { only: true }], [{ only: true }, {}]]) {
        const it = home(...helpers)
        const before = helpers.length === 0 ? '' : it.kept()
        for (const options of ways) await it.setup(options)
        expect(it.helpers().slice(-1)).toEqual([ours])
        expect(it.helpers().filter((helper) => helper === ours)).toHaveLength(1)
        await it.undo()
        expect(it.kept().replace(/^\[credential\]\n$/, '')).toBe(before)
        expect(await it.undo()).toBe(0)
      }
    },
  )

  test('setup again changes nothing', async () => {
    for (const options of [{}, { only: true }]) {
      const it = home('cache')
      await it.setup(options)
      expect(await it.setup(options)).toBe(0)
    }
  })

  test('--only after setup without it makes git ignore the others', async () => {
    const it = home('cache')
    await it.setup()
    expect(it.helpers()).toEqual(['cache', ours])
    expect((await it.plan()).remarks).toContain('to ask only credbridge: credbridge setup git --only')
    await it.setup({ only: true })
    expect(it.helpers()).toEqual(['cache', '', ours])
    expect((await it.plan()).remarks).toEqual([])
  })

  test('--only goes after a helper that was added behind ours', async () => {
    const it = home()
    await it.setup({ only: true })
    it.add('store')
    expect(await it.check()).toContainEqual(['wrong', expect.stringContaining('git also gives every sign-in to store')])
    await it.setup({ only: true })
    expect(it.helpers()).toEqual(['', 'store', '', ours])
    expect(await it.check()).toEqual([['ok', 'git asks credbridge']])
    await it.undo()
    expect(it.helpers()).toEqual(['', 'store'])
  })

  test('doctor reports an empty value after ours', async () => {
    const it = home('cache')
    await it.setup()
    it.add('')
    it.add('store')
    expect(await it.check()).toEqual([
      ['wrong', 'git does not ask credbridge: an empty credential.helper comes after it'],
    ])
    await it.setup()
    expect(it.helpers()).toEqual(['cache', '', 'store', ours])
    expect(await it.check()).toEqual([
      ['ok', 'git asks store, then credbridge'],
      ['wrong', 'git also gives every sign-in to store, which writes it into a file that can be read'],
    ])
  })

  test('another installation of ours is replaced', async () => {
    const it = home('cache', '/old/bin/git-credential-credbridge', 'credbridge', 'credbridge')
    expect((await it.check())[0]?.[0]).toBe('wrong')
    await it.setup()
    expect(it.helpers()).toEqual(['cache', ours])
  })

  describe('helpers of one server', () => {
    test('are reported if they replace all others', async () => {
      const it = home()
      await it.setup()
      it.add('', 'https://github.example.com')
      it.add('!gh auth git-credential', 'https://github.example.com')
      const says = 'for https://github.example.com git asks only: !gh …'
      expect((await it.plan()).remarks).toEqual([says])
      expect(await it.check()).toEqual([
        ['ok', 'git asks credbridge'],
        ['note', says],
      ])
    })

    const github = 'https://github.example.com'
    const ghFirst = { why: 'git asks !gh … before credbridge', setup: expect.stringContaining('--unset-all') }

    test('are asked before ours if they come first, and setup and doctor do not say that they are asked only', async () => {
      const it = home()
      it.add('', github)
      it.add('!gh auth git-credential', github)
      expect((await it.plan()).remarks).toEqual([])
      await it.setup()
      expect(await it.check()).toEqual([['ok', 'git asks credbridge']])
      expect(await it.before(github)).toEqual([ghFirst])
      expect(await it.asksUs(github)).toBe(true)
      await it.setup({ only: true })
      expect((await it.plan({ only: true })).remarks).toEqual([])
      expect(await it.check()).toEqual([['ok', 'git asks credbridge']])
      expect(await it.before(github)).toEqual([])
    })

    test('come before ours after --only, which adds ours anew', async () => {
      const it = home()
      await it.setup()
      it.add('', github)
      it.add('!gh auth git-credential', github)
      expect((await it.plan({ only: true })).remarks).toEqual([])
      await it.setup({ only: true })
      expect(await it.check()).toEqual([['ok', 'git asks credbridge']])
      expect(await it.asksUs(github)).toBe(true)
    })

    test('come after ours where setup adds to a section before them, and it says so beforehand', async () => {
      const it = home('cache')
      it.add('', github)
      it.add('!gh auth git-credential', github)
      const says = `for ${github} git asks only: !gh …`
      expect((await it.plan({ only: true })).remarks).toEqual([says])
      await it.setup({ only: true })
      expect(await it.check()).toContainEqual(['note', says])
      expect(await it.asksUs(github)).toBe(false)
    })

    test.each([['store'], ['']])(
      'that begin with %j and write into a plain file get nothing after --only',
      async (first) => {
        const it = home()
        it.add(first, github)
        it.add('store', github)
        await it.setup({ only: true })
        expect(await it.check()).toEqual([['ok', 'git asks credbridge']])
        expect(await it.remarks()).toEqual([])
      },
    )

    test('that write into a plain file are reported also where they come before ours', async () => {
      const it = home()
      it.add('', github)
      it.add('store', github)
      await it.setup()
      const [, line] = await it.lines()
      expect(line).toEqual({
        state: 'wrong',
        says: `for ${github} git also gives every sign-in to store, which writes it into a file that can be read`,
        fix: `git config --global --unset-all credential.${github}.helper`,
      })
      expect(await it.remarks()).toEqual([`${line?.says}: ${line?.fix}`])
    })

    test('that write into a plain file are reported, and the fix takes them out of the file that has them', async () => {
      const it = home()
      await it.setup()
      it.add('store --file=/tmp/x', 'https://a.example.com')
      const more = join(it.home, 'more')
      writeFileSync(more, '[credential "https://b.example.com"]\n\thelper = store\n')
      execFileSync(git, ['config', '--global', 'include.path', more], { env: it.env })
      const found = (await it.lines()).filter(({ state }) => state === 'wrong')
      const clear = (what: string) =>
        `git also gives every sign-in to ${what}, which writes it into a file that can be read`
      expect(found).toEqual([
        {
          state: 'wrong',
          says: `for https://a.example.com ${clear('store --file=/tmp/x')}`,
          fix: 'git config --global --unset-all credential.https://a.example.com.helper',
        },
        {
          state: 'wrong',
          says: `for https://b.example.com ${clear('store')}`,
          fix: `git config --file ${more} --unset-all credential.https://b.example.com.helper`,
        },
      ])
      for (const { fix = '' } of found) execFileSync('/bin/sh', ['-c', fix], { env: { ...it.env, PATH: dirname(git) } })
      expect(await it.check()).toEqual([['ok', 'git asks credbridge']])
    })

    test('are not reported if they are ours or are asked in addition', async () => {
      const it = home()
      it.add('cache', 'https://b.example.com')
      it.add('', 'https://a.example.com')
      it.add(ours, 'https://a.example.com')
      expect((await it.plan()).remarks).toEqual([])
    })
  })

  describe('what git asks about an address before credbridge', () => {
    const only = [{ why: 'git asks store before credbridge', setup: 'credbridge setup git --only' }]

    test('is named with the command that ends it', async () => {
      const it = home('store')
      expect(await it.before('https://git.example.com')).toEqual([])
      await it.setup()
      expect(await it.before('https://git.example.com')).toEqual(only)
      await it.setup({ only: true })
      expect(await it.before('https://git.example.com')).toEqual([])
    })

    test('may be a helper of this server only, and names its secret', async () => {
      const it = home()
      await it.setup()
      it.add('', 'https://github.example.com')
      it.add('!/usr/bin/gh auth git-credential', 'https://github.example.com')
      const unset = (url: string) => `git config --global --unset-all credential.${url}.helper`
      expect(await it.before('https://github.example.com')).toEqual([
        {
          why: 'for https://github.example.com git asks only: !/usr/bin/gh …',
          setup: unset('https://github.example.com'),
        },
      ])
      for (const other of ['https://git.example.com', 'http://github.example.com', 'https://github.example.com:8443'])
        expect(await it.before(other)).toEqual([])
    })

    test.each([
      ['https://*.example.com', 'https://a.example.com', true],
      ['https://*.example.com', 'https://a.b.example.com', false],
      ['https://A.example.com:443/', 'https://a.example.com', true],
      ['https://bob@a.example.com', 'https://a.example.com', false],
      ['https://a.example.com/team', 'https://a.example.com/team/app', true],
      ['https://a.example.com/team', 'https://a.example.com/teams', false],
      ['a.example.com', 'https://a.example.com', true],
    ])('the settings of %s are for %s: %s, as git says', async (url, at, is) => {
      const it = home()
      await it.setup()
      it.add('', url)
      expect((await it.before(at)).length === 1).toBe(is)
      expect(await it.asksUs(at)).toBe(!is)
    })

    test('import names helpers of one server, too', async () => {
      const it = home('cache')
      await it.setup()
      it.add('libsecret', 'https://a.example.com')
      it.add('', 'https://github.example.com')
      it.add('!gh auth git-credential', 'https://github.example.com')
      expect(await it.remarks()).toEqual([
        "to copy what git's helper for the keychain keeps: credbridge import --from libsecret",
        'for https://github.example.com git asks only: !gh …: git config --global --unset-all credential.https://github.example.com.helper',
      ])
    })
  })
})
