import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { built, installCommands, isStandalone } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'

/* How a client's call ends if its streams are empty, closed, full or silent. */

const request = 'protocol=https\nhost=git.example.com\n'

needs('the build (npm run build)', built)('git-credential-credbridge as a process', () => {
  let folder = ''
  let command = ''
  let env: Record<string, string> = {}

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-process-'))
    const commands = installCommands(join(folder, 'bin'))
    command = join(commands, 'git-credential-credbridge')
    env = { PATH: `${commands}:/usr/bin:/bin`, HOME: folder, CREDBRIDGE_STORE: 'memory' }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  usual('standard input is empty', async () => {
    expect(await run(command, ['get'], { env })).toMatchObject({ exitCode: 1, stdout: '' })
  })

  usual('standard input is closed', () => {
    const { status, stdout } = spawnSync('/bin/sh', ['-c', 'exec "$0" get <&-', command], { env })
    expect({ status, stdout: String(stdout) }).toEqual({ status: 1, stdout: '' })
  })

  usual('the message ends and standard input stays open', async () => {
    const outcome = await run(command, ['get'], { env, input: `${request}\n`, keepStdinOpen: true })
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '', stderr: '', timedOut: false })
  })

  thorough('the message comes through a pipe, at once or in pieces', () => {
    const pieces =
      "printf 'protocol=https\\n'; sleep 0.2; printf 'host=git.exa'; sleep 0.2; printf 'mple.com\\nusername=u\\n'"
    for (const client of [`printf '${request}\\n\\n'`, pieces, `${pieces}; printf '\\n'; sleep 1`]) {
      const outcome = spawnSync('/bin/sh', ['-c', `{ ${client}; } | "$0" get`, command], { env, encoding: 'utf8' })
      expect({ client, status: outcome.status, stdout: outcome.stdout, stderr: outcome.stderr }).toEqual({
        client,
        status: 0,
        stdout: '',
        stderr: '',
      })
    }
  })

  usual('an answer that cannot be written is a failure: standard output is full', () => {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', 'exec "$0" capability >/dev/full', command], {
      env,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'credbridge: standard output cannot be written\n' })
  })

  usual('standard output is closed: a failure, unless Node opens /dev/null in its place', () => {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', 'exec "$0" capability >&-', command], {
      env,
      encoding: 'utf8',
    })
    const lost = { status: 1, stderr: 'credbridge: standard output cannot be written\n' }
    expect({ status, stderr }).toEqual(isStandalone ? lost : { status: 0, stderr: '' })
  })

  usual('standard output is closed, and there is nothing to print', () => {
    const outcome = spawnSync('/bin/sh', ['-c', 'exec "$0" frobnicate >&- 2>&-', command], { env })
    expect(outcome.status).toBe(0)
  })

  usual('standard error is closed: what would be said is lost, the answer is not', () => {
    const outcome = spawnSync(
      '/bin/sh',
      ['-c', 'credbridge no-such-command 2>&-; exec "$0" capability 2>&-', command],
      {
        env,
        encoding: 'utf8',
      },
    )
    expect(outcome).toMatchObject({ status: 0, stdout: 'version 0\ncapability authtype\ncapability state\n' })
  })

  usual('a program that credbridge starts can write, also where its caller has closed the stream', () => {
    const programs = join(folder, 'programs')
    mkdirSync(programs)
    writeFileSync(join(programs, 'npm'), '#!/bin/sh\necho out && echo err >&2\n', { mode: 0o755 })
    const started = { ...env, PATH: `${programs}:${env['PATH']}` }
    const npm = (redirection: string) =>
      spawnSync('/bin/sh', ['-c', `exec credbridge-npm run it ${redirection}`], { env: started, encoding: 'utf8' })
    expect(npm('>&-')).toMatchObject({ status: 0, stdout: '', stderr: 'err\n' })
    expect(npm('2>&-')).toMatchObject({ status: 0, stdout: 'out\n', stderr: '' })
  })

  usual("a person's command fails if its output cannot be written, but not if the reader has closed the pipe", () => {
    const people = (redirection: string) =>
      spawnSync('/bin/sh', ['-c', `credbridge completion bash ${redirection}`], { env, encoding: 'utf8' })
    expect(people('>/dev/full')).toMatchObject({ status: 2, stderr: 'credbridge: standard output cannot be written\n' })
    expect(people('2>&1 | true; credbridge --help | true')).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })

  usual('standard input is a file, a folder or /dev/null', () => {
    const file = join(folder, 'request')
    writeFileSync(file, request)
    for (const [path, status] of [
      [file, 0],
      [folder, 1],
      ['/dev/null', 1],
    ] as const) {
      const fd = openSync(path, 'r')
      expect(spawnSync(command, ['get'], { env, stdio: [fd, 'pipe', 'pipe'] }).status).toBe(status)
      closeSync(fd)
    }
  })

  usual('more than a megabyte of input is refused', async () => {
    const outcome = await run(command, ['get'], { env, input: `${request}x=${'y\nx='.repeat(400_000)}\n` })
    expect(outcome).toMatchObject({ exitCode: 1, stdout: '', stderr: 'credbridge: the input is over 1048576 bytes\n' })
  })

  usual('unknown verbs read nothing and print nothing', async () => {
    for (const words of [[], ['frobnicate'], ['--version'], ['get', 'extra']]) {
      const outcome = await run(command, words, { env, input: '\0', keepStdinOpen: true })
      expect(outcome).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    }
  })

  thorough('no compiled code is kept: the cache folder is neither made nor read', async () => {
    const cache = join(folder, 'cache')
    const cached = { ...env, CREDBRIDGE_STORE: 'vault', XDG_CACHE_HOME: cache }
    const given = `${request}username=ann\npassword=p\n\n`
    expect(await run(command, ['store'], { env: cached, input: given })).toMatchObject({ exitCode: 0 })
    expect(await run(command, ['get'], { env: cached, input: `${request}\n` })).toMatchObject({ exitCode: 0 })
    for (const words of [['list'], ['doctor', '--json'], ['vault', 'status']]) {
      await run(join(folder, 'bin', 'credbridge'), words, { env: cached })
    }
    expect([existsSync(cache), existsSync(join(folder, '.cache'))]).toEqual([false, false])
  })

  usual('child processes do not inherit the variables of Bun that run foreign code', async () => {
    const seen = join(folder, 'seen')
    const spy = join(folder, 'bin', 'docker-credential-spy')
    writeFileSync(spy, `#!/bin/sh\nenv >'${seen}'\necho '{}'\n`)
    chmodSync(spy, 0o755)
    const spied = { ...env, CREDBRIDGE_STORE: 'helper:spy', BUN_OPTIONS: '--smol', FOR_CHILDREN: 'yes' }
    expect(await run(command, ['get'], { env: spied, input: request })).toMatchObject({ exitCode: 0, stdout: '' })
    expect(readFileSync(seen, 'utf8')).toContain('FOR_CHILDREN=yes\n')
    expect(readFileSync(seen, 'utf8')).not.toContain('BUN_')
  })

  usual('debugging prints a stack trace, never a value', async () => {
    const secret = 'sentinel-77aa'
    const input = `${request}username=u\npassword${secret}\n`
    const { stderr } = await run(command, ['store'], { env: { ...env, CREDBRIDGE_DEBUG: '1' }, input })
    expect(stderr).toContain('debug: malformed')
    expect(stderr).toMatch(/ {4}at /)
    expect(stderr).not.toContain(secret)
  })
})
