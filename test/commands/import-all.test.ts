import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { tools } from '../../src/tools/index.ts'
import { built } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { kubectls } from '../real/kubectl.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { dotfiles, importHome } from './import-home.ts'

const npmrc = 'registry=https://npm.example.com/\n//npm.example.com/:_authToken=hush-npm\n'
const pypirc = '[mine]\nrepository = https://upload.example.com/\nusername = bob\npassword = hush-pypirc\n'
const conflicting = 'password = another\n'
const moving = ['import', '--yes', '--without-setup']

/** What is told apart by nothing but its secret. */
const hushed = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).filter(([, text]) => /hush|Ym9iOmh1c2|aHVzaC/.test(text))

needs('the build (npm run build)', built)('import without a tool', () => {
  usually(needs('kubectl', kubectls.length > 0))('with git and kubectl', () => {
    usual('moves the secrets of every tool, and undo restores every file to the byte', async () => {
      const { home, credbridge, files } = importHome(dotfiles, ['git', 'kubectl'])
      chmodSync(join(home, '.npmrc'), 0o640)
      const { exitCode, stderr } = await credbridge(...moving)
      const importable = tools.filter(({ plainSecrets }) => plainSecrets !== undefined).map(({ name }) => name)
      for (const name of importable) expect(stderr).toMatch(new RegExp(`\n${name}:\n(.*\n)?[1-9]\\d* moved\n`))
      expect(stderr).toMatch(/\n(\d+) moved\nhint: credbridge list\nhint: .*credbridge import --undo\n$/)
      expect([exitCode, hushed(files())]).toEqual([0, []])
      const { stdout } = await credbridge('get', 'https://git.example.com', 'bob')
      expect(stdout).toBe('hush-git-1\n')
      expect(await credbridge(...moving)).toMatchObject({ exitCode: 1 })
      expect(await credbridge('import', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
      expect(files()).toEqual(dotfiles)
      expect(statSync(join(home, '.npmrc')).mode & 0o777).toBe(0o640)
      expect(await credbridge('list')).toMatchObject({ stdout: expect.not.stringContaining('files before') })
      expect(await credbridge('import', '--undo')).toMatchObject({
        exitCode: 1,
        stderr: 'there is no import to undo\n',
      })
    })
  })

  thorough('undo of one tool restores its files to the byte, and leaves the others', async () => {
    const { credbridge, read } = importHome({ '.npmrc': dotfiles['.npmrc'] ?? '', '.pypirc': pypirc })
    await credbridge(...moving)
    expect(await credbridge('import', 'npm', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(read('.npmrc')).toBe(dotfiles['.npmrc'])
    expect(read('.pypirc')).not.toContain('hush')
    expect(await credbridge('import', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(read('.pypirc')).toBe(pypirc)
  })

  thorough('undo puts each secret, as it is now, into a file that was changed since', async () => {
    const { home, env, commands, credbridge, read, write } = importHome({ '.npmrc': npmrc, '.pypirc': pypirc })
    await credbridge(...moving)
    write('.npmrc', `fund=false\n${read('.npmrc')}`)
    const set = ['set', '--service', 'https://upload.example.com/', 'bob']
    await run(join(commands, 'credbridge'), set, { env, cwd: home, input: 'rotated' })
    expect(await credbridge('import', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(read('.npmrc')).toContain('fund=false\n')
    expect(read('.npmrc')).toContain('//npm.example.com/:_authToken=hush-npm\n')
    expect(read('.pypirc')).toContain('rotated')
    expect(read('.pypirc')).not.toContain('hush')
  })

  usual('a dry run shows what is there, and makes nothing', async () => {
    const { home, credbridge, files } = importHome({ '.npmrc': npmrc })
    const { exitCode, stderr } = await credbridge('import', '--dry-run')
    expect([exitCode, stderr]).toEqual([
      0,
      `TOOL  DO     SECRET                                     FILE
npm   leave  (no user name) at https://npm.example.com  ~/.npmrc, line 2
             npm is not installed
note: npm: pnpm reads these files, too: credbridge setup pnpm
note: npm: Bun reads these files, too: credbridge share <endpoint> --with bun
hint: to move them all the same: credbridge import --without-setup
`,
    ])
    expect([files(), readdirSync(home)]).toEqual([{ '.npmrc': npmrc }, ['.npmrc']])
    expect(await credbridge('import', '--yes')).toMatchObject({ exitCode: 1 })
    expect(files()).toEqual({ '.npmrc': npmrc })
  })

  thorough('without plain secrets it says so', async () => {
    const { credbridge } = importHome({ '.npmrc': 'fund=false\n' })
    for (const words of [['import'], ['import', '--dry-run'], ['import', '--only', 'npm,aws']])
      expect(await credbridge(...words)).toMatchObject({ exitCode: 1, stderr: 'there are no plain secrets\n' })
  })

  usual('without a terminal it changes nothing unless the question is answered by --yes', async () => {
    const { credbridge, files } = importHome({ '.npmrc': npmrc })
    expect(await credbridge('import', '--without-setup')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('hint: to go on without a question, add --yes\n'),
    })
    expect(files()).toEqual({ '.npmrc': npmrc })
  })

  thorough('--only looks at these tools; one that is not known is refused with those that are', async () => {
    const { credbridge, read } = importHome({ '.npmrc': npmrc, '.pypirc': pypirc })
    expect(await credbridge(...moving, '--only', 'python')).toMatchObject({ exitCode: 0 })
    expect([read('.npmrc'), read('.pypirc').includes('hush')]).toEqual([npmrc, false])
    for (const words of [['frobnicate'], ['--only', 'npm,frobnicate']]) {
      expect(await credbridge('import', ...words)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(
          'credbridge: there is no import for frobnicate\nhint: credbridge import --only git,docker,',
        ),
      })
    }
    for (const words of [['--remove'], ['--from', 'libsecret', '--undo'], ['npm', '--from', 'libsecret']])
      expect(await credbridge('import', ...words)).toMatchObject({ exitCode: 2 })
  })

  usual("one tool's broken file is named and left alone, and the others go on", async () => {
    const broken = { '.docker/config.json': '{ "auths": ', '.cargo/credentials.toml': '[oops', '.bunfig.toml': '[oops' }
    const { credbridge, read } = importHome({ ...broken, '.npmrc': npmrc })
    const { exitCode, stderr } = await credbridge(...moving)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^not looked at for docker: .*config\.json/m)
    expect(stderr).toMatch(/^not looked at for cargo: .*credentials\.toml is not TOML$/m)
    expect(stderr).toMatch(/^not looked at for bun: .*bunfig\.toml is not TOML, so it stays$/m)
    expect(stderr).toMatch(/\n1 moved, \d failed: docker, .*cargo.*\n/)
    for (const [name, text] of Object.entries(broken)) expect(read(name)).toBe(text)
    expect(read('.npmrc')).not.toContain('hush')
  })

  thorough('another secret that is kept already stays, unless the person takes that of the file', async () => {
    const files = { '.npmrc': npmrc, '.pypirc': pypirc }
    const home = importHome(files)
    const { credbridge, read, write } = home
    await credbridge(...moving)
    write('.npmrc', npmrc)
    write('.pypirc', pypirc.replace(/password.*\n/, conflicting))
    const { exitCode, stderr } = await credbridge(...moving)
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^python +ask +bob at https:\/\/upload\.example\.com\/ .*\n +another secret is kept/m)
    expect(stderr).toMatch(/\n1 moved\n/)
    expect(stderr).toMatch(/\.pypirc, \[mine\]: left, another secret is kept already; --replace takes this one\n/)
    expect([read('.npmrc').includes('hush'), read('.pypirc').includes(conflicting)]).toEqual([false, true])
    const answer = (key: string) => home.onTerminal([['[y/N] ', `${key}\r`]], 'import', '--without-setup')
    expect(await answer('n')).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('nothing was changed') })
    expect(read('.pypirc')).toContain(conflicting)
    expect(await answer('y')).toMatchObject({ exitCode: 0 })
    expect(read('.pypirc')).not.toContain('another')
    const place = ['--service', 'https://upload.example.com/', 'bob']
    expect(await credbridge('get', ...place)).toMatchObject({ stdout: 'another\n' })
    expect(await credbridge('restore', '--replace', ...place)).toMatchObject({ exitCode: 0 })
    expect(await credbridge('get', ...place)).toMatchObject({ stdout: 'hush-pypirc\n' })
  })

  thorough('the backup is sealed, no tool gets it, and the journal has no secret', async () => {
    const { home, env, commands, credbridge } = importHome({ '.npmrc': npmrc })
    await credbridge(...moving)
    for (const account of ['', 'bob']) {
      const words = ['get', 'files before credbridge import', account]
      const { stdout, exitCode } = await run(join(commands, 'credbridge-keyring'), words, { env, cwd: home })
      expect([stdout, exitCode === 0]).toEqual(['', false])
    }
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain('hush')
    }
    expect(await credbridge('list')).toMatchObject({
      stdout: expect.not.stringContaining('files before'),
      stderr: 'note: kept for credbridge itself: files before credbridge import\nhint: credbridge list --own\n',
    })
    const own = JSON.parse((await credbridge('list', '--own', '--json')).stdout)
    expect(own).toMatchObject([{ endpoint: 'files before credbridge import', owner: 'credbridge' }])
    expect((await credbridge('list', '--json')).stdout).not.toContain('files before')
    for (const words of [
      ['--tool', 'npm'],
      ['--expires-within', '2h'],
    ])
      expect((await credbridge('list', ...words)).stderr).not.toContain('for itself')
  })

  needsPrograms('python3')('on a terminal', () => {
    const screen = (stdout: string) => stdout.replaceAll('\r\n', '\n')

    needsPrograms('git')('with git', () => {
      usual('shows all, asks once, moves, and says what to do next', async () => {
        const home = importHome({ '.git-credentials': dotfiles['.git-credentials'] ?? '' }, ['git'])
        expect(await home.credbridge('setup', 'git', '--no-prove')).toMatchObject({ exitCode: 0 })
        const { exitCode, stdout } = await home.onTerminal([['[y/N] ', 'y\r']], 'import')
        expect(screen(stdout)).toBe(`TOOL  DO    SECRET
git   move  bob at https://git.example.com
            ~/.git-credentials, line 1
            git asks without the path, so it is kept for the whole server
git   move  bob at https://git.example.com/team/other
            ~/.git-credentials, line 2
            git gets an earlier line; this one is kept with its path, for
              credential.useHttpPath
git   move  carol at https://git.example.com:8443
            ~/.git-credentials, line 4
Move 3 secrets into credbridge? [y/N] y

git:
3 moved

3 moved
hint: credbridge list
hint: to restore the files as they were: credbridge import --undo
`)
        expect([exitCode, home.read('.git-credentials')]).toEqual([0, '# no line of git\n'])
      })

      thorough('no, and Ctrl-C, leave all as it was', async () => {
        const home = importHome({ '.git-credentials': dotfiles['.git-credentials'] ?? '' }, ['git'])
        await home.credbridge('setup', 'git', '--no-prove')
        const before = home.files()
        for (const [key, exitCode] of [
          ['n\r', 1],
          ['\u0003', 130],
        ] as const) {
          expect(await home.onTerminal([['[y/N] ', key]], 'import')).toMatchObject({ exitCode })
          expect(home.files()).toEqual(before)
          expect(await home.credbridge('list')).toMatchObject({ exitCode: 1 })
        }
      })
    })
  })

  thorough('a damaged journal is named, and nothing is moved', async () => {
    const { home, credbridge, read } = importHome({ '.npmrc': npmrc })
    mkdirSync(join(home, '.local/state/credbridge'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.local/state/credbridge/imported.json'), '{', { mode: 0o600 })
    for (const words of [moving, ['import', '--undo', '--yes']])
      expect(await credbridge(...words)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('imported.json cannot be read\nhint: put it aside'),
      })
    expect(read('.npmrc')).toBe(npmrc)
  })
})
