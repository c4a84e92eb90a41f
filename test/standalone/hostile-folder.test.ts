import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compiler } from '../../packaging/runtime.ts'
import { needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { executable, needsExecutable } from './executable.ts'

/* A repository that somebody else wrote must not run a thing in us, nor tell us anything, because we were started in it. */

needsExecutable('the standalone executable', () => {
  let folder = ''
  let hostile = ''
  let marker = ''
  let env: Record<string, string> = {}

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-hostile-'))
    hostile = join(folder, 'repository')
    marker = join(folder, 'something-ran')
    const home = join(folder, 'home')
    const commands = join(folder, 'commands')
    for (const made of [home, commands]) mkdirSync(made)
    for (const name of ['git-credential-credbridge', 'credbridge-keyring', 'docker-credential-credbridge']) {
      symlinkSync(executable, join(commands, name))
    }
    symlinkSync(executable, join(commands, 'credbridge'))
    env = { HOME: home, PATH: `${commands}:/usr/bin:/bin`, CREDBRIDGE_STORE: 'vault' }
    const code = `require('node:fs').appendFileSync(${JSON.stringify(marker)}, 'ran')\n`
    const settings = `CREDBRIDGE_STORE=memory\nPATH=${hostile}\nBUN_OPTIONS=--preload ./evil.js\n`
    const bunfig = 'preload = ["./evil.js"]\n[run]\nbun = true\n'
    lay(hostile, {
      'evil.js': code,
      '.env': settings,
      '.env.local': settings,
      '.env.production': settings,
      '.env.development': settings,
      'bunfig.toml': bunfig,
      '.bunfig.toml': bunfig,
      'tsconfig.json': '{"compilerOptions":{"baseUrl":".","paths":{"*":["./evil.js"]},"jsxImportSource":"./evil.js"}}',
      'package.json': '{"main":"./evil.js","imports":{"#*":"./evil.js"},"browser":{"node:fs":"./evil.js"}}',
      'keyring.node': 'not an addon',
      'config.toml': 'store = "memory"\n',
      'node_modules/@napi-rs/keyring/package.json': '{"main":"../../../evil.js"}',
      'node_modules/node:fs/index.js': code,
      'docker-credential-evil': `#!/bin/sh\necho ran >'${marker}'\n`,
      git: `#!/bin/sh\necho ran >'${marker}'\n`,
    })
    for (const program of ['docker-credential-evil', 'git']) chmodSync(join(hostile, program), 0o755)
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const here = async (command: string, words: string[], input = '') =>
    await run(command, words, { env, cwd: hostile, input })

  test('nothing in the folder runs, and no setting there counts', async () => {
    const request = 'protocol=https\nhost=git.example.com\n'
    const login = `${request}username=alice\npassword=sentinel-41c8\n`
    expect(await here('git-credential-credbridge', ['store'], login)).toMatchObject({ exitCode: 0, stderr: '' })
    const found = await here('git-credential-credbridge', ['get'], request)
    expect(found).toMatchObject({ exitCode: 0, stdout: 'username=alice\npassword=sentinel-41c8\n' })
    expect((await here('docker-credential-credbridge', ['list'])).exitCode).toBe(0)
    expect((await here('credbridge-keyring', ['get', 'a-service', 'alice'])).exitCode).toBe(1)
    const listed = await here('credbridge', ['list'])
    expect(listed.stdout).toContain('https://git.example.com')
    const doctor = await here('credbridge', ['doctor'])
    expect(doctor.stdout).toContain('vault')
    expect(doctor.stdout).not.toMatch(/BUN_OPTIONS|BUN_BE_BUN/)
    expect(existsSync(marker)).toBe(false)
  })

  needsPrograms('strace')('seen by the system', () => {
    test('a call opens nothing in the folder', async () => {
      const trace = join(folder, 'trace')
      const traced = ['-f', '-e', 'trace=file,execve', '-o', trace, 'git-credential-credbridge', 'get']
      await run('strace', traced, { env, cwd: hostile, input: 'protocol=https\nhost=git.example.com\n' })
      const lines = readFileSync(trace, 'utf8').split('\n')
      expect(lines.filter((line) => line.includes('execve('))).not.toHaveLength(0)
      expect(lines.filter((line) => isWithin(line, hostile))).toEqual([])
    })
  })

  test('the same folder is deadly for an executable without our switches', async () => {
    const entry = join(folder, 'plain.ts')
    const plain = join(folder, 'plain')
    writeFileSync(entry, 'console.log(process.env.CREDBRIDGE_STORE)\n')
    execFileSync(compiler(), ['build', '--compile', entry, '--outfile', plain], { stdio: 'ignore' })
    const { CREDBRIDGE_STORE: _, ...rest } = env
    const outcome = await run(plain, [], { env: rest, cwd: hostile })
    expect(outcome.stdout).toBe('memory\n')
    expect(existsSync(marker)).toBe(true)
  })
})

/** A path without a slash in front, or one in the folder; asking where we are is not opening. */
function isWithin(line: string, folder: string): boolean {
  if (!/\b(open|openat|stat|lstat|newfstatat|statx|access|faccessat2?|readlink|readlinkat|execve)\(/.test(line))
    return false
  const path = /"([^"]*)"/.exec(line)?.[1] ?? ''
  return path.startsWith(folder) || (path !== '' && !path.startsWith('/'))
}

function lay(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}
