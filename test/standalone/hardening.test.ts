import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { executable, needsExecutable } from './executable.ts'

/* What the native executable has and Node cannot have: nobody looks into it, and nothing foreign gets into it. */

const nobody = 65_534
const watcher = join(import.meta.dirname, 'watcher.py')

needsExecutable('the native executable', () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-hardening-'))
    for (const [file, name] of [
      [executable, 'git-credential-credbridge'],
      [watcher, 'watcher.py'],
    ] as const) {
      copyFileSync(file, join(folder, name))
      chmodSync(join(folder, name), 0o755)
    }
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  needsPrograms('setpriv', 'python3')('as an unprivileged user', () => {
    async function watched(...program: string[]): Promise<string> {
      chownSync(folder, nobody, nobody)
      const user = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups']
      const words = [...user, '/usr/bin/python3', join(folder, 'watcher.py'), ...program]
      const { stdout, stderr } = await run('setpriv', words, {
        env: { HOME: folder, PATH: '/usr/bin:/bin' },
        cwd: folder,
      })
      expect(stderr).toBe('')
      return stdout
    }

    test('its memory cannot be read while it waits, and a crash leaves no core', async () => {
      expect(await watched(join(folder, 'git-credential-credbridge'), 'get')).toBe(
        `user ${nobody}: memory refused\nended by 6, without a core\n`,
      )
      expect(readdirSync(folder).filter((name) => name.startsWith('core'))).toEqual([])
    })

    test('another program in its place can be looked into, and leaves one', async () => {
      expect(await watched('/usr/bin/cat')).toBe(`user ${nobody}: memory read\nended by 6, with a core\n`)
    })
  })

  needsPrograms('readelf')('the file', () => {
    test('can lie anywhere in memory, and what the loader has filled in cannot be changed', async () => {
      const { stdout } = await run('readelf', ['--wide', '--file-header', '--segments', '--dynamic', executable], {})
      expect(stdout).toMatch(/Type: +DYN/)
      expect(stdout).toMatch(/GNU_RELRO/)
      expect(stdout).toMatch(/FLAGS_1\) +Flags: NOW PIE/)
      expect(stdout).toMatch(/GNU_STACK .* RW /)
    })
  })

  needsPrograms('strace')('a hostile environment', () => {
    test('starts nothing and loads nothing', async () => {
      const evil = join(folder, 'evil.js')
      writeFileSync(evil, `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'ran'))}, '')\n`)
      const hostile = {
        NODE_OPTIONS: `--require=${evil}`,
        NODE_PATH: folder,
        BUN_OPTIONS: `--preload ${evil}`,
        BUN_BE_BUN: '1',
        DENO_DIR: folder,
        QUICKJS_PATH: folder,
        QJS_PRELOAD: evil,
        RUST_BACKTRACE: 'full',
        OPENSSL_CONF: evil,
      }
      const env = { HOME: folder, PATH: '/usr/bin:/bin', CREDBRIDGE_STORE: 'vault', ...hostile }
      const trace = join(folder, 'trace')
      const words = ['-f', '-e', 'trace=file,process', '-o', trace, join(folder, 'git-credential-credbridge'), 'store']
      const input = 'protocol=https\nhost=git.example.com\nusername=alice\npassword=sentinel-41c8\n\n'
      expect(await run('strace', words, { env, cwd: folder, input })).toMatchObject({
        exitCode: 0,
        stdout: '',
        stderr: '',
      })
      const seen = readFileSync(trace, 'utf8')
      expect(seen).not.toContain(evil)
      expect(seen.match(/\b(execve|fork|vfork|clone3?)\(/g)).toEqual(['execve('])
      expect(existsSync(join(folder, 'ran'))).toBe(false)
    })
  })
})
