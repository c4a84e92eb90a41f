import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built, isStandalone } from '../real/commands.ts'
import { startCutting } from '../real/cutting.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { farSide, startServe, startServeAs } from '../real/serving.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { takesConnections, until } from '../real/until.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'
const request = 'protocol=https\nhost=git.example.com\n\n'
const answer = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s3cret\n'

/** A laptop with a vault that has one credential, and what a far side is started with. */
async function laptop() {
  const world = await startWorld('no-bus', onTestFinished)
  const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
  const credbridge = (...words: readonly string[]) => run('credbridge', words, { env })
  expect(await run('credbridge', ['set', at, 'ann'], { env, input: 's3cret' })).toMatchObject({ exitCode: 0 })
  const on = (socket: string) => {
    const far = farSide(env, socket)
    const there = (command: string, words: readonly string[], input = '') => run(command, words, { env: far, input })
    return { env: far, there }
  }
  return { env, credbridge, on }
}

needs('npm run build', built)('credbridge serve', () => {
  usually(needsPrograms('git'))('for git', () => {
    usual('a far side finds by git credential fill what is granted, and nothing else', async () => {
      const { env, on } = await laptop()
      const served = await startServe(env, '--name', 'devbox', '--allow', 'git.example.com')
      const { there } = on(served.socket)
      const fill = (input: string) =>
        there('git', ['-c', 'credential.helper=', '-c', 'credential.helper=credbridge', 'credential', 'fill'], input)
      expect((await fill(request)).stdout).toBe(answer)
      const other = await run('git', ['-c', 'credential.helper=credbridge', 'credential', 'fill'], {
        env: { ...on(served.socket).env, GIT_TERMINAL_PROMPT: '0' },
        input: 'protocol=https\nhost=other.example.com\n\n',
      })
      expect(other.exitCode).not.toBe(0)
      expect(served.said()).toContain('git find https://other.example.com outside')
      expect(served.said()).not.toContain('s3cret')
    })
  })

  usual('the socket is private, goes with its server, and nobody else is asked then', async () => {
    const { env, on } = await laptop()
    const served = await startServe(env, '--allow', at)
    const { there, env: far } = on(served.socket)
    expect(statSync(served.socket).mode & 0o777).toBe(0o600)
    expect(await served.end()).toBe('SIGINT')
    expect(existsSync(served.socket)).toBe(false)
    const outcome = await there('git-credential-credbridge', ['get'], request)
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toContain('no credbridge serve answers at')
    expect(outcome.exitCode).toBe(1)
    expect(await run('credbridge', ['list'], { env: far })).toMatchObject({ exitCode: 2, stdout: '' })
  })

  thorough.each([1, 40, 120])('a server that dies after %d bytes of its answer has given nothing', async (count) => {
    const { env, on } = await laptop()
    const served = await startServe(env, '--allow', at)
    const path = `${served.socket}-cutting`
    const cutting = await startCutting([process.execPath], { path, behind: served.socket, count }, onTestFinished)
    const got = on(path).there('git-credential-credbridge', ['get'], request)
    await cutting.begun
    process.kill(served.pid, 'SIGKILL')
    const outcome = await got
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toContain('ended before an answer came')
  })

  thorough('what a dead server left is replaced, a living one is left alone', async () => {
    const { env, credbridge } = await laptop()
    const served = await startServe(env, '--allow', at)
    const second = await credbridge('serve', '--socket', served.socket, '--allow', at)
    expect(second.stderr).toContain('another process answers at')
    expect(second.exitCode).toBe(2)
    process.kill(served.pid, 'SIGKILL')
    await served.end()
    expect(existsSync(served.socket)).toBe(true)
    const third = run(
      'credbridge',
      ['serve', '--socket', served.socket, '--allow', at, '--ask', 'never', '--until', '1s'],
      { env },
    )
    expect(await third).toMatchObject({ exitCode: 0 })
    expect(existsSync(served.socket)).toBe(false)
  })

  usual('docker, pip and a person get it as well, and nothing is written on the far side', async () => {
    const { env, on } = await laptop()
    const served = await startServe(env, '--allow', at)
    const { there, env: far } = on(served.socket)
    const docker = await there('docker-credential-credbridge', ['get'], at)
    expect(JSON.parse(docker.stdout)).toEqual({ ServerURL: at, Username: 'ann', Secret: 's3cret' })
    const keyring = await there('credbridge-keyring', ['get', `${at}/simple/`, 'ann'])
    expect(keyring.stdout).toBe('s3cret\n')
    expect((await there('credbridge', ['get', at])).stdout).toBe('s3cret\n')
    expect(JSON.parse((await there('credbridge', ['list', '--json'])).stdout)).toMatchObject([{ endpoint: at }])
    expect(await there('credbridge', ['set', at, 'eve'], 'x')).toMatchObject({ exitCode: 2 })
    const saved = await there('git-credential-credbridge', ['store'], answer.replace('s3cret', 'other'))
    expect(saved.stderr).toMatch(/^credbridge: nothing is saved for .*\n$/)
    const erased = await there('git-credential-credbridge', ['erase'], answer)
    expect(erased).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    expect(readdirSync(far['HOME'] ?? '')).toEqual([])
    expect((await run('credbridge', ['get', at], { env })).stdout).toBe('s3cret\n')
  })

  thorough('use remote settles on it after one look, and doctor tries it without writing', async () => {
    const { env, on } = await laptop()
    const served = await startServe(env, '--allow', at)
    const { env: far } = on(served.socket)
    const { CREDBRIDGE_STORE: _, ...plain } = far
    expect(await run('credbridge', ['use', 'remote', '--socket', served.socket], { env: plain })).toMatchObject({
      exitCode: 0,
    })
    expect((await run('git-credential-credbridge', ['get'], { env: plain, input: request })).stdout).toContain('s3cret')
    const doctor = await run('credbridge', ['doctor', '--json'], { env: plain })
    const stores = JSON.parse(doctor.stdout).stores.stores ?? JSON.parse(doctor.stdout).stores
    expect(stores[0]).toMatchObject({ name: `remote:${served.socket}`, works: true })
    await served.end()
    expect(await run('credbridge', ['use', 'remote', '--socket', served.socket], { env: plain })).toMatchObject({
      exitCode: 2,
    })
  })

  usual('where nobody can be asked, it says so, and refuses', async () => {
    const { env, on } = await laptop()
    const served = await startServe(env, '--allow', at, '--ask', 'first')
    const outcome = await on(served.socket).there('git-credential-credbridge', ['get'], request)
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toContain('did not agree')
    expect(served.said()).toContain('nobody can be asked here')
  })

  usual('grants and log show what is served and what was given', async () => {
    const { env, credbridge, on } = await laptop()
    expect(await credbridge('grants')).toMatchObject({ exitCode: 1 })
    const served = await startServe(env, '--name', 'devbox', '--allow', at, '--tools', 'git')
    const { there } = on(served.socket)
    await there('git-credential-credbridge', ['get'], request)
    await there('docker-credential-credbridge', ['get'], at)
    expect((await credbridge('grants')).stderr).toContain(
      `served now: devbox at ${served.socket}: ${at}; for git; find only`,
    )
    const log = await credbridge('log', '--json')
    expect(
      log.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { caller: 'devbox', tool: 'git', verb: 'find', endpoint: at, account: 'ann', outcome: 'granted' },
      { caller: 'devbox', tool: 'docker', verb: 'find', endpoint: at, outcome: 'outside' },
    ])
    expect((await credbridge('log', '--outcome', 'granted')).stdout).toMatch(/^TIME .*\n.*devbox .*ann .*granted\n$/)
    expect((await credbridge('log', 'nowhere')).exitCode).toBe(1)
    await there('git-credential-credbridge', ['store'], `${request.trimEnd()}\nusername=ann\npassword=new\n\n`)
    expect((await credbridge('log', '--outcome', 'refused')).stdout).toMatch(/ save .*ann +refused\n$/)
    await served.end()
    expect(await credbridge('grants')).toMatchObject({ exitCode: 1 })
  })

  usual('log --json has no character that moves or reorders, whoever wrote the line', async () => {
    const { env, credbridge } = await laptop()
    const folder = join(env['XDG_STATE_HOME'] ?? '', 'credbridge', 'log')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const account = 'ann\u009b2J\u202e'
    const line = {
      time: '2026-01-01T00:00:00.000Z',
      caller: 'box',
      tool: 'git',
      verb: 'find',
      account,
      outcome: 'granted',
    }
    writeFileSync(join(folder, 'audit.jsonl'), `${JSON.stringify(line)}\n`, { mode: 0o600 })
    const { stdout } = await credbridge('log', '--json')
    expect(stdout.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(JSON.parse(stdout)).toEqual(line)
  })

  thorough('a grant for pip is one for the command that pip runs, and not for docker', async () => {
    const { env, on } = await laptop()
    const served = await startServe(env, '--name', 'devbox', '--allow', at, '--tools', 'pip')
    const { there } = on(served.socket)
    expect((await there('credbridge-keyring', ['get', at, 'ann'])).stdout).toBe('s3cret\n')
    expect((await there('docker-credential-credbridge', ['get'], at)).stdout).not.toContain('s3cret')
    await served.end()
  })

  usual('calls of this machine are logged only where the settings say so', async () => {
    const world = await startWorld('no-bus', onTestFinished)
    const more = { CREDBRIDGE_STORE: 'vault' }
    const get = () => world.run('git-credential-credbridge', ['get'], { input: request, more })
    await world.set(at, 'ann', 's3cret', { more })
    await get()
    const file = join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'log', 'audit.jsonl')
    expect(existsSync(file)).toBe(false)
    world.settings('audit = true\n')
    expect((await get()).stdout).toContain('s3cret')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ caller: 'local', tool: 'git', account: 'ann' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  usual.each([
    [['--ask', 'never'], 'the endpoints must be named'],
    [['--allow', at, '--read-only', '--allow-save'], 'contradict'],
    [['--allow', at, '--tools', 'gti'], 'there is no tool named gti'],
    [['--allow', at, '--until', 'soon'], 'a time is a number and a unit'],
    [['--allow', 'https://'], 'malformed|host'],
    [['--allow', at, '--uid', '4711'], 'no other user than root'],
  ])('%j makes no socket', async (words, reason) => {
    const { credbridge } = await laptop()
    const outcome = await credbridge('serve', ...words)
    expect(outcome.exitCode).toBe(2)
    expect(outcome.stderr).toMatch(new RegExp(reason))
  })
})

needsPrograms('python3')('a person at the terminal of serve', () => {
  const key = '[n]ever? '

  /** Serves on a terminal where these keys are typed, and finds twice from the far side. */
  async function asked(grant: readonly string[], ...answers: readonly Answer[]) {
    const { env, credbridge, on } = await laptop()
    const socket = join(env['HOME'] ?? '', 'sockets', 'asked.sock')
    const words = ['serve', '--socket', socket, '--name', 'devbox', ...grant]
    const shown = run('python3', onTerminal([...answers, ['git find', '\u0003']], 'credbridge', ...words), { env })
    await until(() => takesConnections(socket), 'nobody serves')
    const outcome = await on(socket).there('git-credential-credbridge', ['get'], request)
    const { stdout } = await shown
    return { outcome, stdout, credbridge }
  }

  usual('is shown who asks for what, and one key answers', async () => {
    const { outcome, stdout, credbridge } = await asked([], [key, 'xa'])
    expect(outcome.stdout).toContain('password=s3cret')
    for (const part of ['devbox wants the credential', 'of: ann', `at: ${at}`, 'says it is: git']) {
      expect(stdout).toContain(part)
    }
    expect((await credbridge('grants')).stdout).toMatch(/^1 .*devbox .*git .*find .*always/m)
    expect((await credbridge('grants', '--revoke', '1')).stderr).toContain(`taken back: devbox, git at ${at}`)
    expect((await credbridge('grants')).exitCode).toBe(1)
  })

  thorough('is asked also for what --allow names, unless the grant says never', async () => {
    const { outcome, stdout } = await asked(['--allow', at], [key, 'o'])
    expect(outcome.stdout).toContain('password=s3cret')
    expect(stdout).toContain('asks the first time')
  })

  thorough('who says never gives nothing', async () => {
    const { outcome } = await asked([], [key, 'n'])
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toContain('devbox may not find')
  })
})

thoroughly(needsPrograms('setpriv'))('another user of this machine', () => {
  thorough.skipIf(process.getuid?.() !== 0)('cannot connect, on any runtime', async () => {
    const { env } = await laptop()
    const served = await startServe(env, '--allow', at)
    const script = `require('net').connect('${served.socket}').on('connect', () => console.log('in')).on('error', ({ code }) => console.log(code))`
    const user = ['--reuid', '4799', '--regid', '4799', '--clear-groups']
    expect((await run('setpriv', [...user, 'id', '-u'])).stdout).toBe('4799\n')
    expect((await run('setpriv', [...user, process.execPath, '-e', script])).stdout).toBe('EACCES\n')
  })
})

thoroughly(describe.skipIf(!isStandalone))('the native executable', () => {
  needsPrograms('setpriv')('asks the kernel who connects', () => {
    thorough('root is another user, unless the grant names it', async () => {
      expect(process.getuid?.()).toBe(0)
      const world = await startWorld('no-bus', onTestFinished)
      const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
      const own = ['--reuid', '4712', '--regid', '4712', '--clear-groups']
      execFileSync('chown', ['-R', '4712:4712', world.session.folder])
      const asUser = (words: readonly string[], input = '') =>
        run('setpriv', [...own, 'credbridge', ...words], { env, input })
      expect((await run('setpriv', [...own, 'id', '-u'], { env })).stdout).toBe('4712\n')
      expect(await asUser(['set', at, 'ann'], 's3cret')).toMatchObject({ exitCode: 0 })
      for (const [uid, stdout] of [
        [[], ''],
        [['--uid', '0'], 'username=ann\npassword=s3cret\n'],
      ] as const) {
        const served = await startServeAs(['setpriv', ...own, 'credbridge'], env, '--allow', at, ...uid)
        const far = { ...farSide(env, served.socket), HOME: '/root' }
        expect((await run('git-credential-credbridge', ['get'], { env: far, input: request })).stdout).toBe(stdout)
        await served.end()
      }
    })
  })
})
