import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runIn } from '../../../src/system/child.ts'
import { askpassSetup } from '../../../src/tools/askpass/setup.ts'
import type { Plan } from '../../../src/tools/tool.ts'
import { machineGit } from '../../real/gits.ts'
import { needs } from '../../real/require.ts'
import { madeUp } from '../made-up-world.ts'

const ours = '/opt/credbridge/credbridge-askpass'
const run = runIn(process.env)

needs('git', machineGit !== undefined)('askpass setup', () => {
  const git = machineGit?.program ?? ''

  /** A home with these values of core.askPass, and a process with this environment. */
  function home(values: readonly string[] = [], env: Record<string, string> = {}) {
    const made = madeUp({
      env,
      program: () => git,
      run: (program, words, options = {}) => run(program, words, { ...options, env: { ...options.env, ...where } }),
    })
    const where = { HOME: made.home, XDG_CONFIG_HOME: join(made.home, '.config'), GIT_CONFIG_NOSYSTEM: '1' }
    const config = (...words: string[]) =>
      execFileSync(git, ['config', '--global', ...words], { env: where, encoding: 'utf8' })
    for (const value of values) config('--add', 'core.askPass', value)
    return {
      config,
      kept: () => made.read('.gitconfig') ?? '',
      plan: () => askpassSetup.plan(made.world, {}),
      setup: async () => done(await askpassSetup.plan(made.world, {})),
      undo: async () => done(await askpassSetup.undo(made.world, {})),
      undoing: () => askpassSetup.undo(made.world, {}),
      fixes: async () => (await askpassSetup.check(made.world)).map(({ fix }) => fix),
      check: async () => (await askpassSetup.check(made.world)).map(({ state, says }) => `${state}: ${says}`),
    }
  }

  async function done({ changes }: Plan): Promise<readonly string[]> {
    for (const change of changes) await change.apply()
    return changes.map(({ says }) => says)
  }

  test('sets core.askPass once, and takes it out again', async () => {
    const it = home()
    it.config('core.editor', 'vi')
    const before = it.kept()
    expect(await it.setup()).toEqual([`git: ask ${ours}`])
    expect(it.config('--get-all', 'core.askPass')).toBe(`${ours}\n`)
    expect(await it.setup()).toEqual([])
    expect(await it.check()).toEqual(['ok: core.askPass of git is credbridge'])
    expect(await it.undo()).toEqual([`git: no longer ask ${ours}`])
    expect(it.kept()).toBe(before)
    expect(await it.undo()).toEqual([])
    expect(await it.check()).toEqual(['note: git has no core.askPass'])
  })

  test('the dry run changes nothing, and says what the person can do for ssh', async () => {
    const it = home()
    expect((await it.plan()).remarks).toEqual([
      `to have ssh ask it too, in your shell profile: export SSH_ASKPASS=${ours} SSH_ASKPASS_REQUIRE=force`,
    ])
    expect(it.kept()).toBe('')
    expect((await home([], { SSH_ASKPASS: ours }).plan()).remarks).toEqual([])
  })

  test.each(['/usr/bin/ksshaskpass', '', '/home/a/my-credbridge-askpass'])(
    'another program, %j, stays: setup refuses, undo leaves it',
    async (other) => {
      const it = home([other])
      const before = it.kept()
      await expect(it.plan()).rejects.toMatchObject({
        code: 'refused',
        hints: ['to have it ask credbridge: git config --global --unset-all core.askPass'],
      })
      expect(await it.undo()).toEqual([])
      expect(it.kept()).toBe(before)
    },
  )

  test('another installation is replaced', async () => {
    const old = '/home/a/old version/credbridge-askpass'
    const it = home([old])
    expect(await it.check()).toEqual([`wrong: core.askPass of git is ${old}, of another installation of credbridge`])
    expect(await it.setup()).toEqual([`git: no longer ask ${old}`, `git: ask ${ours}`])
    expect(it.config('--get-all', 'core.askPass')).toBe(`${ours}\n`)
  })

  test('doctor names what goes before it, and what ssh asks', async () => {
    const it = home([ours], { GIT_ASKPASS: '/usr/lib/editor/askpass.sh', SSH_ASKPASS: ours })
    expect(await it.check()).toEqual([
      'ok: core.askPass of git is credbridge',
      'note: GIT_ASKPASS goes before core.askPass and is: /usr/lib/editor/askpass.sh',
      'ok: SSH_ASKPASS is credbridge',
    ])
    expect(await home([], { SSH_ASKPASS: '/old/credbridge-askpass' }).check()).toContain(
      'wrong: SSH_ASKPASS is /old/credbridge-askpass, of another installation of credbridge',
    )
    expect(await home([], { SSH_ASKPASS: '/old/credbridge-askpass' }).fixes()).toContain(
      `in your shell profile: export SSH_ASKPASS=${ours}`,
    )
    expect(await home([ours], { GIT_ASKPASS: '/old/credbridge-askpass' }).check()).toEqual([
      'ok: core.askPass of git is credbridge',
      'wrong: GIT_ASKPASS is /old/credbridge-askpass, of another installation of credbridge',
    ])
    expect((await home([ours], { SSH_ASKPASS: ours }).undoing()).remarks).toEqual([
      "SSH_ASKPASS still names credbridge: take it out of your shell's profile",
    ])
  })
})
