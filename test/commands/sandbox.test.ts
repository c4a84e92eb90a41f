import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { basic, startGitServer } from '../real/git-server.ts'
import { type Git, machineGit } from '../real/gits.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import type { Outcome } from '../real/run.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'
const isRoot = process.getuid?.() === 0
const uid = isRoot ? 4712 : (process.getuid?.() ?? -1)

interface Laptop {
  readonly env: Readonly<Record<string, string>>
  readonly home: string
  readonly project: string
  run(command: string, words: readonly string[], options?: Options): Promise<Outcome>
  /** `credbridge` on a terminal in the folder of the project, where these answers are typed. */
  typing(answers: readonly Answer[], words: readonly string[]): Promise<Outcome>
  /** `credbridge sandbox` in the folder of the project. */
  sandbox(options: readonly string[], command: readonly string[], more?: Options): Promise<Outcome>
  /** The same with a line for a shell, and nothing set up. */
  shell(options: readonly string[], line: string, more?: Options): Promise<Outcome>
}

interface Options {
  readonly input?: string
  readonly cwd?: string
  readonly more?: Readonly<Record<string, string>>
}

/** An unprivileged user with two credentials in the vault, a file in the home folder, and a project. */
async function laptop(): Promise<Laptop> {
  const world = await startWorld('no-bus', onTestFinished)
  const home = world.env['HOME'] ?? ''
  const project = join(home, 'project')
  mkdirSync(project)
  writeFileSync(join(home, 'diary.txt'), 'dear diary')
  if (isRoot) execFileSync('chown', ['-R', `${uid}:${uid}`, world.session.folder])
  const asUser = isRoot ? ['setpriv', '--reuid', `${uid}`, '--regid', `${uid}`, '--clear-groups'] : ['env']
  const run: Laptop['run'] = (command, words, { more = {}, ...options } = {}) => {
    const [program = '', ...first] = asUser
    const env = { CREDBRIDGE_STORE: 'vault', SECRET_OF_MINE: 'do not tell', ...more }
    return world.run(program, [...first, command, ...words], { cwd: project, more: env, ...options })
  }
  expect((await run('id', ['-u'])).stdout).toBe(`${uid}\n`)
  for (const [endpoint, secret] of [
    [at, 's3cret'],
    ['https://other.example.com', 'other'],
  ] as const) {
    expect(await run('credbridge', ['set', endpoint, 'ann'], { input: secret })).toMatchObject({ exitCode: 0 })
  }
  const sandbox: Laptop['sandbox'] = (options, command, more) =>
    run('credbridge', ['sandbox', ...options, '--', ...command], more)
  const typing: Laptop['typing'] = (answers, words) => {
    const command = onTerminal(answers, ...asUser, 'credbridge', ...words)
    return world.run('python3', command, { cwd: project, more: { CREDBRIDGE_STORE: 'vault' } })
  }
  return {
    ...{ env: world.env, home, project, run, typing, sandbox },
    shell: (options, line, more) => sandbox(['--no-setup', ...options], ['sh', '-c', line], more),
  }
}

const granted = ['--allow', at, '--ask', 'never']
const asking = (host: string) => `printf 'protocol=https\\nhost=${host}\\n\\n' | git-credential-credbridge get`

needs('the build (npm run build)', built)('credbridge sandbox', () => {
  needsPrograms(
    'bwrap',
    'setpriv',
    'git',
  )('for an unprivileged user', () => {
    usual('the command gets what is granted and nothing else, and both are said', async () => {
      const { shell } = await laptop()
      const line = `${asking('git.example.com')}; ${asking('git.example.com')}; ${asking('other.example.com')}; exit 7`
      const { exitCode, stdout, stderr } = await shell([...granted, '--name', 'box'], line)
      const answer = 'username=ann\npassword=s3cret\n'
      expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: answer + answer })
      expect(stderr).toContain(`credbridge: granted: ${at}; find only; without a question\n`)
      expect(stderr).toContain('the command gets these secrets themselves, and can use them wherever they are valid\n')
      expect(stderr).toContain(`credbridge: used by git at ${at} as ann (2 times)\n`)
      expect(stderr).toContain('credbridge: not granted: find by git at https://other.example.com\n')
    })

    usual('of the home folder, the processes, the variables and the sockets it sees nothing', async () => {
      const { shell, home, project, env } = await laptop()
      writeFileSync(join(project, 'code.txt'), 'some code')
      const runtime = env['XDG_RUNTIME_DIR'] ?? ''
      const lines = [
        'cat code.txt >new.txt',
        `cat ${home}/diary.txt`,
        `ls -A ${home} ${runtime} /tmp /run`,
        'env',
        'cat /etc/shadow /etc/ssh/* /root/* 2>/dev/null',
        'ls -d /proc/[0-9]* | wc -l',
        'touch /usr/x /etc/x',
        'cat /proc/self/status | grep CapEff',
      ]
      const { stdout, stderr } = await shell(granted, lines.join('\n'))
      expect(readdirSync(project).sort()).toEqual(['code.txt', 'new.txt'])
      expect(stdout).not.toContain('dear diary')
      expect(stdout).not.toContain('do not tell')
      expect(stdout).not.toContain('credbridge/vault')
      expect(stdout).toContain(`${home}:\n.local\nproject\n`)
      expect(stdout).toMatch(/^CapEff:\t0+$/m)
      expect(Number(/^\d+$/m.exec(stdout)?.[0])).toBeLessThan(8)
      expect(stderr).toContain('No such file or directory')
      expect(stderr).toMatch(/\/usr\/x.*Read-only/)
    })

    usual('variables are let in by name, and more folders by path', async () => {
      const { shell, home } = await laptop()
      const more = ['--env', 'SECRET_OF_MINE', '--read', join(home, 'diary.txt')]
      const line = `echo "$SECRET_OF_MINE"; cat ${home}/diary.txt; echo x >>${home}/diary.txt`
      const { stdout, stderr } = await shell([...granted, ...more], line)
      expect(stdout).toBe('do not tell\ndear diary')
      expect(stderr).toContain('Read-only')
    })

    thorough('a file that the caller has open stays outside', async () => {
      const { run, home } = await laptop()
      const line =
        'exec 7<"$1"; exec credbridge sandbox --no-setup --allow "$2" --ask never -- sh -c "cat <&7 || cat /proc/self/fd/7"'
      const { exitCode, stdout } = await run('bash', ['-c', line, 'bash', join(home, 'diary.txt'), at])
      expect(exitCode).not.toBe(0)
      expect(stdout).toBe('')
    })

    thorough(
      'it is called after the whole path of its folder, so another folder of that name is another grant',
      async () => {
        const { run, shell, home, project } = await laptop()
        const other = join(home, 'other', 'project')
        expect(await run('mkdir', ['-p', other])).toMatchObject({ exitCode: 0 })
        for (const cwd of [project, other]) await shell(granted, asking('git.example.com'), { cwd })
        const log = (await run('credbridge', ['log', '--json'])).stdout
        for (const folder of [project, other]) expect(log).toContain(`"sandbox in ${folder}"`)
      },
    )

    thorough("the kernel's keyrings are out of reach", async () => {
      const { shell } = await laptop()
      const call = 'import ctypes; libc = ctypes.CDLL(None, use_errno=True)'
      const number = process.arch === 'arm64' ? 219 : 250
      const line = `python3 -c '${call}; print(libc.syscall(${number}, 0, -3, 1, 0, 0), ctypes.get_errno())'`
      expect((await shell(granted, line)).stdout).toBe('-1 38\n')
    })

    thorough.each([
      ['the home folder', (home: string) => home],
      ['what has the home folder in it', (home: string) => join(home, '..')],
      ['what credbridge keeps', (home: string) => join(home, '..', 'data', 'credbridge')],
      ["the session's sockets", (home: string) => join(home, '..', 'run')],
      ['the whole machine', () => '/'],
      ['what every user can write to', () => '/tmp'],
    ])('%s is not let in', async (_, path) => {
      const { home, run, shell } = await laptop()
      for (const outcome of [
        await shell([...granted, '--read', path(home)], 'echo in'),
        await run('credbridge', ['sandbox', '--no-setup', ...granted, '--', 'echo', 'in'], { cwd: path(home) }),
      ]) {
        expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
        expect(outcome.stderr).toContain('is not let into a sandbox')
      }
    })

    thorough.each([
      ['a bus', `credbridge-test-dbus-${process.pid}`],
      ['a display', `/tmp/.X11-unix/X${process.pid}`],
      ['a session manager', `/tmp/.ICE-unix/${process.pid}`],
    ])('%s at an abstract socket is refused, unless there is no network', async (_, name) => {
      const { shell } = await laptop()
      const listen = `import socket; s = socket.socket(socket.AF_UNIX); s.bind('\\0${name}'); s.listen(); print(1, flush=True); input()`
      const server = spawn('python3', ['-c', listen], { stdio: ['pipe', 'pipe', 'inherit'] })
      onTestFinished(() => void server.kill('SIGKILL'))
      await new Promise((resolve) => server.stdout.once('data', resolve))
      const refused = await shell(granted, 'echo in')
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
      expect(refused.stderr).toContain(`abstract socket @${name}`)
      const { stdout } = await shell([...granted, '--no-network'], asking('git.example.com'))
      expect(stdout).toContain('password=s3cret')
      server.kill('SIGKILL')
      await once(server, 'close')
    })

    thorough.each([
      ['DBUS_SESSION_BUS_ADDRESS', (path: string) => `unix:path=${path},guid=${'a'.repeat(32)}`],
      ['SSH_AUTH_SOCK', (path: string) => path],
    ])('a folder with the socket of %s is not let in', async (variable, value) => {
      const { shell, home } = await laptop()
      const folder = join(home, '..', 'sockets')
      mkdirSync(folder)
      const more = { [variable]: value(join(folder, 's')) }
      const outcome = await shell([...granted, '--write', folder], 'echo in', { more })
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
      expect(outcome.stderr).toContain('is not let into a sandbox')
    })

    thorough('a bwrap of the project is never run', async () => {
      const { run, project, env } = await laptop()
      writeFileSync(join(project, 'bwrap'), '#!/bin/sh\necho outside\n', { mode: 0o755 })
      const own = `PATH=${project}:${env['PATH']}`
      const outcome = await run('env', [own, 'credbridge', 'sandbox', '--no-setup', ...granted, '--', 'echo', 'in'])
      expect(outcome).toMatchObject({ exitCode: 0, stdout: 'in\n' })
    })

    usual('without bwrap it refuses, and where nobody can be asked, too', async () => {
      const { run, shell, env } = await laptop()
      const [commands = ''] = (env['PATH'] ?? '').split(':')
      const without = await run('env', [`PATH=${commands}`, 'credbridge', 'sandbox', ...granted, '--', 'true'])
      expect(without).toMatchObject({ exitCode: 2, stdout: '' })
      expect(without.stderr).toContain('bwrap is not on PATH')
      for (const words of [[], ['--allow', at], ['--allow', at, '--ask', 'each']]) {
        const unasked = await shell(words, 'echo in')
        expect(unasked).toMatchObject({ exitCode: 2, stdout: '' })
        expect(unasked.stderr).toMatch(/hint: name what it may use.* --allow https:\/\/git\.example\.com --ask never/)
      }
    })

    /** A desktop where a person answers each question by this exit code. The questions go to a file. */
    function desktop({ home }: Laptop, exitCode: number) {
      const folder = join(home, 'desktop')
      mkdirSync(folder)
      const [program, asked] = [join(folder, 'askpass'), join(folder, 'asked')]
      writeFileSync(program, `#!/bin/sh\necho "$@" >>${asked}\nexit ${exitCode}\n`, { mode: 0o755 })
      if (isRoot) execFileSync('chown', ['-R', `${uid}:${uid}`, folder])
      return { more: { DISPLAY: ':0', SSH_ASKPASS: program }, asked: () => readFileSync(asked, 'utf8') }
    }

    thoroughly(describe.skipIf(['zenity', 'kdialog'].some((name) => programOnPath(name) !== undefined)))(
      'on a desktop',
      () => {
        thorough('the person is asked at the first find, unless the grant says never', async () => {
          const here = await laptop()
          const { more, asked } = desktop(here, 0)
          const find = asking('git.example.com')
          const { stdout, stderr } = await here.shell(['--no-network', '--allow', at], find, { more })
          expect(stderr).toContain(`credbridge: granted: ${at}; find only; asks the first time\n`)
          expect(stdout).toContain('password=s3cret')
          expect(asked()).toContain(`at: ${at}`)
          const before = asked()
          expect((await here.shell(['--no-network', ...granted], find, { more })).stdout).toContain('s3cret')
          expect(asked()).toBe(before)
        })

        thorough('who says no gives nothing', async () => {
          const here = await laptop()
          const { more, asked } = desktop(here, 1)
          const { stdout } = await here.shell(['--no-network', '--allow', at], asking('git.example.com'), { more })
          expect(stdout).toBe('')
          expect(asked()).toContain('wants the credential')
        })
      },
    )

    thoroughly(needsPrograms('python3'))('on a terminal without a desktop', () => {
      thorough.each([
        ['y', 'granted: https://git.example.com; find only; without a question', 'password=s3cret'],
        ['n', 'nothing was granted, and nothing was started', undefined],
      ])('the person is asked before the command starts, and says %s', async (key, said, found) => {
        const { typing } = await laptop()
        const words = ['sandbox', '--no-setup', '--allow', at, '--', 'sh', '-c', asking('git.example.com')]
        const { stdout } = await typing([['[y/N] ', `${key}\r`]], words)
        expect(stdout.replaceAll('\r\n', '')).toContain(`Grant now: ${at}; find only; without a question?`)
        expect(stdout).toContain(said)
        if (found === undefined) expect(stdout).not.toContain('s3cret')
        else expect(stdout).toContain(found)
      })
    })

    usual('nothing of it is left: no socket, no live grant', async () => {
      const { run, shell, env } = await laptop()
      await shell(granted, 'true')
      expect(readdirSync(join(env['XDG_RUNTIME_DIR'] ?? '', 'credbridge'))).toEqual([])
      expect((await run('credbridge', ['grants'])).exitCode).toBe(1)
      expect((await run('credbridge', ['log'])).stdout).toBe('')
    })

    usual('git clones what is granted, set up in the empty home folder', async () => {
      const { run, sandbox, project } = await laptop()
      const server = await startGitServer(machineGit as Git, onTestFinished)
      server.accept(basic('ann', 's3cret'), 'ann')
      const repository = server.repository('app.git')
      await run('credbridge', ['set', server.origin, 'ann'], { input: 's3cret' })
      const outcome = await sandbox(
        ['--allow', server.origin, '--ask', 'never', '--tools', 'git'],
        ['git', 'clone', repository, 'app'],
      )
      expect(outcome).toMatchObject({ exitCode: 0 })
      expect(outcome.stderr).toContain(`used by git at ${server.origin} as ann`)
      expect(readdirSync(project)).toEqual(['app'])
    })
  })
})
