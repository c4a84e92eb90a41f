import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'
import { dotfiles, importHome } from './import-home.ts'

const files = Object.fromEntries(
  ['.npmrc', '.git-credentials', '.pypirc'].map((name) => [name, dotfiles[name] ?? ''] as const),
)
const secrets: readonly (readonly [file: string, text: string, ...place: string[]])[] = [
  ['.npmrc', 'hush-npm-1', 'https://npm.example.com'],
  ['.git-credentials', 'hush-git-3', 'https://git.example.com:8443', 'carol'],
  ['.pypirc', 'hush-pypirc', '--service', 'https://upload.example.com/', 'bob'],
]
const words = ['import', '--yes', '--without-setup']

/** More than an import of these files has. */
const most = 60

needs('the build (npm run build)', built)('import', () => {
  needsPrograms('strace', 'git')('that is stopped', () => {
    /** Runs a command that gets a signal at its nth change of a name, which is every step that others see. */
    const signalled = (
      home: ReturnType<typeof importHome>,
      signal: string,
      nth: number,
      command: readonly string[],
    ) => {
      const inject = `inject=rename:signal=${signal}:when=${nth}`
      const traced = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename', '-e', inject]
      const path = ['env', `PATH=${home.commands}`, join(home.commands, 'credbridge'), ...command]
      return run(programOnPath('strace') ?? '', [...traced, ...path], {
        env: { ...home.env, PATH: process.env['PATH'] },
        cwd: home.home,
        timeout: 90_000,
      })
    }

    const expectNothingLost = async ({ read, credbridge }: ReturnType<typeof importHome>) => {
      for (const [file, text, ...place] of secrets) {
        if (!read(file).includes(text)) expect(await credbridge('get', ...place)).toMatchObject({ stdout: `${text}\n` })
      }
    }

    test.each(['KILL', 'INT'])(
      'at any step by SIG%s it loses nothing, goes on, and is undone to the byte',
      async (signal) => {
        let stopped = 0
        for (let nth = 1; ; nth += 2) {
          const home = importHome(files, ['git'])
          const { exitCode } = await signalled(home, signal, nth, words)
          await expectNothingLost(home)
          expect(await home.credbridge(...words)).toMatchObject({ exitCode: exitCode === 0 ? 1 : expect.any(Number) })
          for (const [file, text] of secrets) expect(home.read(file)).not.toContain(text)
          expect(await home.credbridge('import', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
          expect(home.files()).toEqual(files)
          if (exitCode === 0) break
          stopped++
          expect(nth).toBeLessThan(most)
        }
        expect(stopped).toBeGreaterThan(4)
      },
    )

    test('undo, too, can be stopped at any step', async () => {
      for (let nth = 1; ; nth++) {
        const home = importHome(files, ['git'])
        expect(await home.credbridge(...words)).toMatchObject({ exitCode: 0 })
        const { exitCode } = await signalled(home, 'KILL', nth, ['import', '--undo', '--yes'])
        await expectNothingLost(home)
        if (exitCode !== 0) await home.credbridge('import', '--undo', '--yes')
        expect(home.files()).toEqual(files)
        if (exitCode === 0) break
        expect(nth).toBeLessThan(most)
      }
    })
  })
})
