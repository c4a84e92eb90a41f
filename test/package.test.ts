import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifest } from '../packaging/project.ts'
import { built } from './real/commands.ts'
import { needs, needsPrograms } from './real/require.ts'
import { run } from './real/run.ts'

/* What a stranger gets: the tarball, installed for everybody into an empty place, in an empty home. */

const root = join(import.meta.dirname, '..')

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('npm')('the package', () => {
    let folder = ''
    let files: readonly string[] = []

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'cb-package-'))
      const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
      const [packed] = JSON.parse((await run('npm', pack, { env: process.env, cwd: root })).stdout)
      files = packed.files.map(({ path }: { path: string }) => path)
      const install = ['install', '--global', '--prefer-offline', '--no-audit', '--no-fund', '--prefix', folder]
      const installed = await run('npm', [...install, join(folder, packed.filename)], {
        env: process.env,
        timeout: 100_000,
      })
      expect(installed).toMatchObject({ exitCode: 0 })
    })

    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const installed = (command: string, ...words: string[]) =>
      run(join(folder, 'bin', command), words, {
        env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder },
      })

    test('has what runs, types and a manual, no sources, no tests', () => {
      // The programs for Windows are there if mingw was at the build.
      const known = /^dist\/(.*\.(cjs|mjs|d\.ts|py|1|txt|json)|windows\/(launcher|credentials)\.exe)$/
      const others = files.filter((file) => !known.test(file))
      expect([...others].sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
      expect(files.filter((file) => file.includes('test') || file.startsWith('src/'))).toEqual([])
    })

    test('brings along the keychain’s addon and nothing else', () => {
      const modules = join(folder, 'lib', 'node_modules', 'credbridge', 'node_modules')
      expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['@napi-rs'])
      expect(readdirSync(join(modules, '@napi-rs')).every((name) => name.startsWith('keyring'))).toBe(true)
    })

    describe('installed', () => {
      test('its commands run', async () => {
        expect(await installed('credbridge', '--version')).toMatchObject({
          stdout: `${manifest.version}\n`,
          exitCode: 0,
        })
        const capability = await installed('git-credential-credbridge', 'capability')
        expect(capability).toMatchObject({ stdout: expect.stringMatching(/^version 0\n/), stderr: '', exitCode: 0 })
      })

      test('its manual is where man looks', () => {
        const page = join(folder, 'share', 'man', 'man1', 'credbridge.1')
        expect(existsSync(page)).toBe(true)
        expect(realpathSync(page)).toContain(join('credbridge', 'dist', 'man'))
      })
    })
  })
})
