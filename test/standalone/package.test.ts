import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { manifest } from '../../packaging/project.ts'
import { packageName, standaloneFolder } from '../../packaging/standalone.ts'
import { targetNamed } from '../../packaging/targets.ts'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'
import { needsExecutable, root } from './executable.ts'

/* The packages as npm installs them, without a registry: the main one names the platform's by its file. */

needs('the build (npm run build)', built)('built', () => {
  needsExecutable('installed with the package for this platform', () => {
    const platform = packageName(targetNamed(undefined))
    let folder = ''
    let prefix = ''
    let env: Record<string, string> = {}

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cb-package-'))
      prefix = join(folder, 'prefix')
      const staged = join(folder, 'staged')
      cpSync(join(root, 'dist'), join(staged, 'dist'), { recursive: true })
      const archive = pack(standaloneFolder(targetNamed(undefined)), folder)
      const { name, version, bin, files } = manifest
      const optionalDependencies = { [platform]: `file:${archive}` }
      writeFileSync(join(staged, 'package.json'), JSON.stringify({ name, version, bin, files, optionalDependencies }))
      npm(folder, 'install', '--global', '--offline', '--prefix', prefix, pack(staged, folder))
    }, 300_000)

    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    function newHome(): void {
      const home = mkdtempSync(join(folder, 'home-'))
      env = { HOME: home, PATH: `${join(prefix, 'bin')}:/usr/bin:/bin`, CREDBRIDGE_STORE: 'vault' }
      env['PATH'] += `:${join(process.execPath, '..')}`
    }
    const credbridge = (...words: string[]): Promise<Outcome> => run(join(prefix, 'bin', 'credbridge'), words, { env })
    const executable = () =>
      realpathSync(join(prefix, `lib/node_modules/credbridge/node_modules/${platform}/credbridge`))

    test('setup leaves links alone that it may not change, and names the executable', async () => {
      newHome()
      const before = realpathSync(join(prefix, 'bin', 'git-credential-credbridge'))
      expect(before).toMatch(/\.cjs$/)
      const words = ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'sh', '-c']
      for (const path of [folder, env['HOME'] ?? '']) execFileSync('chmod', ['755', path])
      execFileSync('chown', ['65534', env['HOME'] ?? ''])
      const script = `test "$(id -u)" = 65534 && credbridge setup git && git config --global credential.helper`
      const outcome = await run('setpriv', [...words, script], { env })
      expect(outcome).toMatchObject({ exitCode: 0 })
      expect(realpathSync(outcome.stdout.trim())).toBe(executable())
      expect(realpathSync(join(prefix, 'bin', 'git-credential-credbridge'))).toBe(before)
    })

    test('setup makes PATH lead to the executable, once', async () => {
      newHome()
      const link = join(prefix, 'bin', 'git-credential-credbridge')
      const dry = await credbridge('setup', 'git', '--dry-run')
      expect(dry.stderr).toContain(`would do: ${link}: leads to the standalone executable\n`)
      expect(readlinkSync(link)).toMatch(/\.cjs$/)
      const first = await credbridge('setup', 'git')
      expect(first).toMatchObject({ exitCode: 0, stdout: '' })
      expect(first.stderr).toContain(`${link}: leads to the standalone executable\ngit: ask ${link}\n`)
      expect(realpathSync(link)).toBe(executable())
      const again = await credbridge('setup', 'git')
      expect(again.stderr).toMatch(/^git: nothing to change\n/)
      expect((await run(link, ['get'], { env, input: 'protocol=https\nhost=git.example.com\n' })).exitCode).toBe(0)
      expect((await credbridge('doctor')).stdout).toContain(`git-credential-credbridge is ${link}\n`)
    })
  })
})

function pack(folder: string, into: string): string {
  return join(into, npm(folder, 'pack', '--silent', '--pack-destination', into).trim())
}

function npm(cwd: string, ...words: string[]): string {
  mkdirSync(cwd, { recursive: true })
  const env = { PATH: process.env['PATH'], HOME: cwd, npm_config_update_notifier: 'false' }
  return execFileSync('npm', words, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
