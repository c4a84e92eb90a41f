import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { importHome } from './import-home.ts'

/* git gets the same answers from credbridge after the import as from `store` before it. */

const lines = [
  'https://bob:one@paths.example.com/team/app',
  'https://bob:two@paths.example.com/team/other',
  'https://carol:three@paths.example.com/x',
  'https://dave:four@paths.example.com',
  'https://dave:five@whole.example.com',
  'https://bob:six@whole.example.com/team/app',
  'https://zoe:seven@some.example.com/team/app',
  'https://amy:eight@some.example.com/other',
  'https://amy:nine@some.example.com/team/deep',
  'http://bob:ten@plain.example.com:8080/a%20b/c',
  'ssh://bob:eleven@ssh.example.com/a',
  'ssh://bob:twelve@ssh.example.com/b',
  '',
]

const hosts = ['paths.example.com', 'whole.example.com', 'some.example.com']
const paths = ['team/app', 'team/other', 'team/deep', 'other', 'x', 'unknown']
const requests: readonly Readonly<Record<string, string>>[] = [
  ...hosts.flatMap((host) => [
    { protocol: 'https', host },
    ...['bob', 'dave', 'amy'].map((username) => ({ protocol: 'https', host, username })),
    ...paths.map((path) => ({ protocol: 'https', host, path })),
  ]),
  { protocol: 'http', host: 'plain.example.com:8080', path: 'a b/c' },
  { protocol: 'http', host: 'plain.example.com:8080' },
  { protocol: 'https', host: 'paths.example.com', path: 'x', username: 'bob' },
  { protocol: 'ssh', host: 'ssh.example.com', path: 'b' },
]

needs('the build (npm run build)', built)('import of git', () => {
  needsPrograms('git')('with git', () => {
    test.each([
      ['unset', '', []],
      ['set', '[credential]\n\tuseHttpPath = true\n', [...hosts, 'plain.example.com:8080']],
      ['set for some URLs', '[credential "https://some.example.com/team"]\n\tuseHttpPath = true\n', []],
      ['set for a server', '[credential "https://some.example.com"]\n\tuseHttpPath = true\n', ['some.example.com']],
    ])('answers are as those of store, with useHttpPath %s', async (_, config, scoped) => {
      const files = { '.git-credentials': lines.join('\n'), '.gitconfig': config }
      const { home, env, commands, credbridge, read, files: all } = importHome(files, ['git'])
      const ask = async (helper: string, request: Readonly<Record<string, string>>) => {
        const input = Object.entries(request).map(([key, value]) => `${key}=${value}\n`)
        const words = ['-c', 'credential.helper=', '-c', `credential.helper=${helper}`, 'credential', 'fill']
        const { stdout } = await run(join(commands, 'git'), words, {
          env: { ...env, PATH: `${commands}:/usr/bin:/bin`, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' },
          cwd: home,
          input: `${input.join('')}\n`,
        })
        return /^password=.*$/m.exec(stdout)?.[0] ?? 'none'
      }
      // git asks such a server with the path. A secret for one path is not kept for all of the server.
      const asked = requests.filter(({ host = '', path }) => path !== undefined || !scoped.includes(host))
      const answers = async (helper: string) => {
        const given: string[] = []
        for (const request of asked) given.push(`${JSON.stringify(request)} ${await ask(helper, request)}`)
        return given
      }
      const before = await answers('store')
      expect(before.filter((answer) => answer.endsWith('none')).length).toBeLessThan(asked.length * 0.7)
      expect(await credbridge('import', 'git', '--yes', '--without-setup')).toMatchObject({ exitCode: 0 })
      expect(read('.git-credentials')).toBe('')
      expect(await answers(join(commands, 'git-credential-credbridge'))).toEqual(before)
      expect(await credbridge('import', 'git', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
      expect(all()).toEqual(files)
    })

    test('a line that git never gets, of which the place is another line, stays', async () => {
      const text =
        'https://bob:one@git.example.com\nhttps://bob:two@git.example.com\nhttps://bob:one@git.example.com/\n'
      const { credbridge, read } = importHome({ '.git-credentials': text }, ['git'])
      const { stderr } = await credbridge('import', 'git', '--yes', '--without-setup')
      expect(stderr).toMatch(/line 2 stays: git never gets it, an earlier line is for the same place and user\n/)
      expect(read('.git-credentials')).toBe('https://bob:two@git.example.com\n')
    })

    test('each line is written back to its place in a file that has changed since', async () => {
      const text = 'https://bob:one@a.example.com\nhttps://bob:two@b.example.com\nhttps://bob:three@c.example.com\n'
      const { credbridge, read, write } = importHome({ '.git-credentials': text }, ['git'])
      await credbridge('import', 'git', '--yes', '--without-setup')
      write('.git-credentials', 'https://new:four@d.example.com\n')
      await credbridge('import', 'git', '--undo', '--yes')
      expect(read('.git-credentials')).toBe(`${text}https://new:four@d.example.com\n`)
    })
  })
})
