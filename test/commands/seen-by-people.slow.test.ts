import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { nameBeside } from '../../src/system/leftovers.ts'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startWorld, type World } from '../real/world.ts'
import { at, filled, start } from './vault-world.ts'

/* What people see of what is kept, and of what is wrong. */

const set = (world: World, secret: string, ...words: readonly string[]) =>
  world.run('credbridge', ['set', ...words], { input: secret })

needs('the build (npm run build)', built)('built', () => {
  test('names in --json move no cursor and reorder nothing, and are the same names', async () => {
    const world = await start()
    const odd = 'a\u009b2Jb\u202ec\u2028d\u{e0041}\u007f'
    expect(await set(world, `s${odd}`, 'https://x.example.com', odd)).toMatchObject({ exitCode: 0 })
    const shown = [
      await world.credbridge('list', '--json'),
      await world.credbridge('get', 'https://x.example.com', '--json'),
    ]
    for (const { stdout } of shown) expect(stdout).toMatch(/^[ -~\n]*$/)
    expect(JSON.parse(shown[0]?.stdout ?? '')).toMatchObject([{ account: odd }])
    expect(JSON.parse(shown[1]?.stdout ?? '')).toMatchObject({ account: odd, secret: `s${odd}` })
  })

  test('what a server refused is in list, --json and doctor, each with the way back', async () => {
    const world = await start()
    await set(world, 's3cret', at, 'ann')
    const refused = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s3cret\n\n'
    await world.run('git-credential-credbridge', ['erase'], { input: refused })
    expect(await world.credbridge('list')).toMatchObject({
      stdout: expect.stringMatching(/ refused by the server \d\d:\d\d; git no longer gets it\n$/),
      stderr: `hint: credbridge restore ${at} ann\nhint: credbridge set ${at} ann\n`,
    })
    expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toMatchObject([
      { account: 'ann', default: false, sharedWith: [], endedFor: [{ tool: 'git', refusedAt: expect.any(String) }] },
    ])
    const doctor = JSON.parse((await world.credbridge('doctor', '--json')).stdout)
    expect(doctor.checks).toContainEqual({
      check: 'refused',
      state: 'note',
      says: expect.stringMatching(`^ann at ${at}: refused by the server \\d\\d:\\d\\d; git no longer gets it$`),
      fix: `credbridge restore ${at} ann`,
    })
    await world.credbridge('restore', at, 'ann')
    expect((await world.credbridge('list')).stdout).not.toContain('refused')
  })

  needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('two stores', () => {
    test('after move --all nothing is said to stay where nothing is', async () => {
      const world = await startWorld('unlocked', onTestFinished)
      await world.set(at, 'ann', 's3cret')
      expect((await world.credbridge('use', 'vault')).stderr).toContain('kept in the secret-service store stays there')
      const settled = (store: string) => ({ exitCode: 0, stderr: `secrets are now kept in the ${store} store\n` })
      expect(await world.credbridge('use', 'secret-service')).toMatchObject(settled('secret-service'))
      expect(await world.credbridge('move', '--all', '--to', 'vault')).toMatchObject({ exitCode: 0 })
      expect(await world.credbridge('use', 'vault')).toMatchObject(settled('vault'))
      expect(await world.credbridge('get', at)).toMatchObject({ stdout: 's3cret\n' })
    })
  })

  test('a damaged journal of import is named, with what to do, and nothing is moved', async () => {
    const world = await filled()
    const [home, state] = [world.env['HOME'] ?? '', join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge')]
    const file = join(home, '.git-credentials')
    const journal = join(state, 'imported.json')
    writeFileSync(file, 'https://bob:b@other.example.com\n')
    mkdirSync(state, { recursive: true, mode: 0o700 })
    for (const damaged of ['{', '{}', '[{"tool":"git"}]', '[1]']) {
      writeFileSync(journal, damaged)
      chmodSync(journal, 0o600)
      for (const words of [['--yes', '--without-setup'], ['--undo']]) {
        expect(await world.credbridge('import', 'git', ...words)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(
            `credbridge: the import journal ${journal} cannot be read\nhint: put it aside: mv ${journal} ${journal}.damaged\n`,
          ),
        })
      }
      expect(readFileSync(file, 'utf8')).toBe('https://bob:b@other.example.com\n')
      expect(await world.credbridge('get', 'https://other.example.com')).toMatchObject({ exitCode: 1 })
    }
  })

  test.each([['import', 'git'], ['import', 'docker'], ['import', 'npm'], ['import', 'python'], ['doctor']])(
    'what a killed import left beside a file goes with the next %s, also where nothing is to be moved',
    async (...words) => {
      const world = await start()
      const home = world.env['HOME'] ?? ''
      const file = {
        git: '.git-credentials',
        docker: '.docker/config.json',
        npm: '.npmrc',
        python: '.pypirc',
        doctor: '.git-credentials',
      }[words.at(-1) ?? '']
      const kept = join(home, 'dotfiles', 'kept')
      mkdirSync(join(home, '.docker'))
      mkdirSync(join(home, 'dotfiles'))
      symlinkSync(kept, join(home, file ?? ''))
      const [old, young] = [nameBeside(kept), nameBeside(kept)]
      for (const leftover of [old, young]) writeFileSync(leftover, 'https://bob:b@other.example.com\n')
      utimesSync(old, new Date(Date.now() - 90_000), new Date(Date.now() - 90_000))
      await world.credbridge(...words)
      expect([old, young].map((path) => existsSync(path))).toEqual([false, true])
    },
  )

  test("CREDBRIDGE_DEBUG=1 says for a person's command, too, where it broke", async () => {
    const world = await start()
    const words = ['default', 'https://nothing.example.com', 'ann']
    const { stderr } = await world.run('credbridge', words, { more: { CREDBRIDGE_DEBUG: '1' } })
    expect(stderr).toMatch(/^debug: refused\n( {4}at .*\n)+/)
    expect((await world.credbridge(...words)).stderr).not.toContain('debug')
  })

  test('an empty secret from standard input needs a word', async () => {
    const world = await start()
    expect(await set(world, '', 'https://x.example.com', 'ann')).toMatchObject({
      exitCode: 2,
      stderr: 'credbridge: standard input was empty, nothing was kept\nhint: to keep an empty secret: --allow-empty\n',
    })
    expect(await world.credbridge('list')).toMatchObject({ exitCode: 1 })
    const allowed = await set(world, '', 'https://x.example.com', 'ann', '--allow-empty')
    expect(allowed).toMatchObject({ exitCode: 0 })
    expect(await world.credbridge('get', 'https://x.example.com')).toMatchObject({ exitCode: 0, stdout: '\n' })
  })
})
