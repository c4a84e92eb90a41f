import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runIn } from '../../../src/system/child.ts'
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
      it.add('', 'https://github.example.com')
      it.add('!gh auth git-credential', 'https://github.example.com')
      const says = 'for https://github.example.com git asks only: !gh …'
      expect((await it.plan()).remarks).toEqual([says])
      await it.setup()
      expect(await it.check()).toEqual([
        ['ok', 'git asks credbridge'],
        ['note', says],
      ])
    })

    test('are not reported if they are ours or are asked in addition', async () => {
      const it = home()
      it.add('cache', 'https://b.example.com')
      it.add('', 'https://a.example.com')
      it.add(ours, 'https://a.example.com')
      expect((await it.plan()).remarks).toEqual([])
    })
  })
})
