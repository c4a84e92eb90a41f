import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'
import { start } from './vault-world.ts'

const at = 'https://git.example.com'

needs('the build (npm run build)', built)('built', () => {
  usually(needsPrograms('dbus-daemon', 'gnome-keyring-daemon'))('credbridge remove', () => {
    usual('says that something is removed only once it is', async () => {
      const world = await startWorld('unlocked', onTestFinished)
      await world.set(at, 'ann', 's3cret')
      await world.session.lock()
      const refused = await world.credbridge('remove', at)
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('locked') })
      expect(refused.stderr).not.toContain('removed')
      await world.session.restart()
      expect(await world.credbridge('remove', at)).toMatchObject({
        exitCode: 0,
        stderr: `removed ann at ${at}, saved by person\nnote: to restore it within 24 hours: credbridge restore ${at} ann\n`,
      })
    })
  })

  needsPrograms('python3')('on a terminal', () => {
    const other = 'https://other.example.com'
    const nobody = `nothing is kept for ${other}\n`

    async function world() {
      const it = await start()
      await it.set(at, 'ann', 's3cret')
      const login = JSON.stringify({ ServerURL: 'git.example.com', Username: 'ann', Secret: 'd' })
      await it.run('docker-credential-credbridge', ['store'], { input: login })
      const on = async (answers: readonly (readonly [string, string])[], ...words: readonly string[]) => {
        const { stdout, exitCode } = await it.run('python3', onTerminal(answers, 'credbridge', ...words))
        return [stdout.replaceAll('\r\n', '\n'), exitCode]
      }
      const kept = async () => JSON.parse((await it.credbridge('list', '--json')).stdout).length
      return { ...it, on, kept }
    }

    const named = `ann at ${at}, saved by docker\nann at ${at}, saved by person\n`

    thorough.each([
      ['n', 1, 'nothing was removed\n'],
      ['', 1, 'nothing was removed\n'],
      ['\u0003', 130, 'credbridge: cancelled\n'],
    ])('names all that it would remove, and removes nothing after %j', async (answer, code, said) => {
      const { on, kept } = await world()
      const typed = answer === '\u0003' ? '' : answer
      expect(await on([['[y/N] ', answer === '\u0003' ? answer : `${answer}\r`]], 'remove', at)).toEqual([
        `${named}Remove these 2? [y/N] ${typed}\n${said}`,
        code,
      ])
      expect(await kept()).toBe(2)
    })

    usual('removes after yes; --yes asks nothing; nothing found asks nothing', async () => {
      const { on, kept } = await world()
      expect(await on([], 'remove', other)).toEqual([nobody, 1])
      const asked = await on(
        [
          ['[y/N] ', 'what\r'],
          ['[y/N] ', 'y\r'],
        ],
        'remove',
        at,
        '--owner',
        'docker',
      )
      expect(asked).toEqual([
        `ann at ${at}, saved by docker
Remove it? [y/N] what
Remove it? [y/N] y
removed ann at ${at}, saved by docker
note: to restore it within 24 hours:
  credbridge restore ${at} ann
`,
        0,
      ])
      expect(await on([], 'remove', at, '--yes', '--final')).toEqual([
        `removed ann at ${at}, saved by person\nremoved the restorable copies\n`,
        0,
      ])
      expect(await kept()).toBe(0)
    })

    thorough('get of nothing says so, before it asks for --show', async () => {
      const { on } = await world()
      expect(await on([], 'get', other)).toEqual([nobody, 1])
      expect(await on([], 'get', at, 'bob')).toEqual([`nothing is kept for bob at ${at}\n`, 1])
      expect(await on([], 'get', at)).toEqual([
        'credbridge: the secret would be shown on the terminal\nhint: add --show or --copy, or use a pipe\n',
        2,
      ])
    })
  })
})
