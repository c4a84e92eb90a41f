import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands, startedBy } from '../real/commands.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'
import { type Answer, onTerminal } from '../real/typing.ts'

const gitconfig = '# mine\n[user]\n\tname = Bob ; the builder\n'
const dockerConfig = '{"auths":{"r.example.com":{"auth":"Ym9iOm9sZA=="}}}'

/** A home with dotfiles, where git and docker are installed and nothing else. */
function openHome(config = dockerConfig) {
  const folder = mkdtempSync(join(tmpdir(), 'cb-setup-all-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const commands = installCommands(join(folder, 'commands'))
  symlinkSync(programOnPath('git') ?? '', join(commands, 'git'))
  writeFileSync(join(commands, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const home = join(folder, 'home')
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  write('.gitconfig', gitconfig)
  write('.docker/config.json', config)
  const env = { HOME: home, PATH: commands, CREDBRIDGE_STORE: 'vault' }
  return {
    home,
    commands,
    credbridge: (...words: string[]) => run(join(commands, 'credbridge'), words, { env, timeout: 60_000 }),
    onTerminal: (answers: readonly Answer[], ...words: readonly string[]) =>
      run('python3', onTerminal(answers, 'env', `PATH=${commands}`, join(commands, 'credbridge'), ...words), {
        env: { ...env, PATH: process.env['PATH'] },
        timeout: 60_000,
      }),
    git: (words: readonly string[], input: string) => run(join(commands, 'git'), words, { env, input }),
    read: (name: string) => readFileSync(join(home, name), 'utf8'),
  }
}

needs('the build (npm run build)', built)('setup without a tool', () => {
  needsPrograms('git')('with git', () => {
    test('a dry run shows each change and makes none', async () => {
      const { home, credbridge, read } = openHome()
      const { exitCode, stderr } = await credbridge('setup', '--dry-run')
      expect(exitCode).toBe(0)
      expect(stderr).toMatch(/^TOOL +CHANGES\ngit +ask .*git-credential-credbridge\n/)
      expect(stderr).toContain(
        '         take over ~/.docker/config.json, r.example.com: bob at https://r.example.com\n',
      )
      expect(stderr).toMatch(/^not installed: .*helm.*pnpm/m)
      expect(stderr).toMatch(/^bun +none, it needs another way: Bun asks no helper for a credential$/m)
      expect([read('.gitconfig'), read('.docker/config.json')]).toEqual([gitconfig, dockerConfig])
      expect(existsSync(join(home, '.local'))).toBe(false)
    })

    test('without a terminal it changes nothing unless the question is answered by --yes', async () => {
      const { home, credbridge, read } = openHome()
      expect(await credbridge('setup')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('hint: to go on without a question, add --yes\n'),
      })
      expect([read('.gitconfig'), read('.docker/config.json')]).toEqual([gitconfig, dockerConfig])
      expect(existsSync(join(home, '.local', 'share', 'credbridge', 'vault'))).toBe(false)
    })

    test('sets up each tool, proves it, and is undone to the byte', async () => {
      const { credbridge, git, read } = openHome()
      const done = await credbridge('setup', '--yes', '--only', 'git,docker,bun')
      expect(done.exitCode).toBe(0)
      expect(done.stderr).toContain('git stored a throw-away credential, found it and erased it\n')
      expect(done.stderr).toContain('docker-credential-credbridge answers for this sign-in\n')
      expect(done.stderr).toContain('\n2 set up\n')
      const question = 'protocol=https\nhost=r.example.com\n\n'
      expect((await git(['credential', 'fill'], question)).stdout).toContain('password=old\n')
      const again = await credbridge('setup', '--only', 'git,docker')
      expect(again).toMatchObject({
        exitCode: 0,
        stderr: expect.stringMatching(/\ngit +none, it is set up\ndocker +none, it is set up\nnothing to change\n$/),
      })
      const undone = await credbridge('setup', '--undo', '--yes')
      expect(undone).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('\n2 undone\n') })
      expect(undone.stderr).toContain(
        'note: 1 secret is not back in the files of docker\nhint: to write it back there: credbridge import docker --undo\n',
      )
      expect(read('.gitconfig')).toBe(gitconfig)
      expect(JSON.parse(read('.docker/config.json'))).toEqual({ auths: { 'r.example.com': {} } })
      expect(await credbridge('setup', '--undo')).toMatchObject({ exitCode: 1, stderr: 'no tool asks credbridge\n' })
    })

    needsPrograms('python3')('on a terminal', () => {
      test('Enter alone sets up what the table shows; undo takes more than Enter', async () => {
        const { credbridge, onTerminal, read } = openHome()
        const declined = await onTerminal([['Set up git? [Y/n] ', 'n\r']], 'setup', '--only', 'git')
        expect(declined).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('nothing was changed') })
        expect(read('.gitconfig')).toBe(gitconfig)
        expect(await onTerminal([['Set up git? [Y/n] ', '\r']], 'setup', '--only', 'git')).toMatchObject({
          exitCode: 0,
        })
        expect(read('.gitconfig')).toContain('git-credential-credbridge')
        const question = 'Undo the setup of git? [y/N] '
        expect(await onTerminal([[question, '\r']], 'setup', '--undo')).toMatchObject({ exitCode: 1 })
        expect(read('.gitconfig')).toContain('git-credential-credbridge')
        expect(await credbridge('setup', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
        expect(read('.gitconfig')).toBe(gitconfig)
      })
    })

    test('undo for one registry keeps the command that the other one calls', async () => {
      const { home, commands, credbridge, read } = openHome('{}')
      await credbridge('setup', 'docker', '--registry', 'a.example.com', 'b.example.com')
      await credbridge('setup', 'docker', '--undo', '--registry', 'a.example.com')
      expect(JSON.parse(read('.docker/config.json'))).toEqual({ credHelpers: { 'b.example.com': 'credbridge' } })
      const command = startedBy('docker-credential-credbridge', commands, join(home, '.local', 'share'))
      expect(existsSync(command)).toBe(true)
    })

    test('a broken file is named and left alone, and the next tool is set up', async () => {
      const { credbridge, read } = openHome('{ "credsStore": ')
      const { exitCode, stderr } = await credbridge('setup', '--yes', '--only', 'git,docker')
      expect(exitCode).toBe(2)
      expect(stderr).toMatch(/^docker +none, it is left alone: /m)
      expect(stderr).toContain('it is not JSON\n')
      expect(stderr).toContain('\n1 set up, 1 failed: docker\n')
      expect(read('.docker/config.json')).toBe('{ "credsStore": ')
      expect(read('.gitconfig')).toContain('git-credential-credbridge')
    })

    test('a tool that is not known is refused with those that are', async () => {
      const { credbridge } = openHome()
      for (const words of [['frobnicate'], ['--only', 'git,frobnicate']]) {
        expect(await credbridge('setup', ...words)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining(
            'credbridge: there is no setup for frobnicate\nhint: credbridge setup --only git,docker,',
          ),
        })
      }
    })
  })
})
