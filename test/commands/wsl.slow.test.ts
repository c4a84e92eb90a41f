import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { expectToStop } from '../real/stopping.ts'
import { onTerminal, typed } from '../real/typing.ts'
import type { World } from '../real/world.ts'
import { at, settled, start } from './choice-world.ts'

/*
 * The choice of a store in the Windows Subsystem for Linux: here a kernel of that name, Windows' interoperability
 * registered, and a program of Windows on PATH, all of them stand-ins in a mount namespace.
 */

interface Wsl extends World {
  /** Runs a command in a place that looks like WSL. */
  inWsl(command: readonly string[], input?: string): ReturnType<World['run']>
  /** The words of `unshare` that do so, and what is added to the environment. */
  words(command: readonly string[]): readonly string[]
  readonly more: Readonly<Record<string, string>>
}

async function startWsl(program: string, interop = 'WSLInterop'): Promise<Wsl> {
  const world = await start('no-bus')
  const folder = join(world.session.folder, 'windows')
  mkdirSync(folder)
  const kernel = join(folder, 'osrelease')
  writeFileSync(kernel, '5.15.167.4-microsoft-standard-WSL2\n')
  writeFileSync(join(folder, program), helper)
  chmodSync(join(folder, program), 0o755)
  const mounts = [
    `mount --bind ${kernel} /proc/sys/kernel/osrelease`,
    'mount -t tmpfs none /proc/sys/fs/binfmt_misc',
    ...(interop === '' ? [] : [`touch /proc/sys/fs/binfmt_misc/${interop}`]),
    'exec "$@"',
  ]
  const more = { PATH: `${world.env['PATH']}:${folder}`, KEPT: join(folder, 'kept') }
  const words = (command: readonly string[]) => ['--mount', 'sh', '-ec', mounts.join('\n'), 'sh', ...command]
  const inWsl = (command: readonly string[], input = '') => world.run('unshare', words(command), { input, more })
  return { ...world, inWsl, words, more }
}

/** A helper that keeps one entry. */
const helper = `#!/bin/sh
case $1 in
store) cat >"$KEPT" ;;
get) [ -s "$KEPT" ] && cat "$KEPT" || { echo credentials not found in native keychain; exit 1; } ;;
erase) rm -f "$KEPT" ;;
list) [ -s "$KEPT" ] && sed 's/.*"ServerURL":\\("[^"]*"\\).*"Username":\\("[^"]*"\\).*/{\\1:\\2}/' "$KEPT" || echo '{}' ;;
esac
`

const wincred = 'docker-credential-wincred.exe'
const chooseWindows = /hint: to keep secrets in the Credential Manager of Windows .*: credbridge use helper:wincred\n/
const chooseVault = /hint: to keep secrets on this side only .*: credbridge use vault\n/

needs('the build (npm run build)', built)('built', () => {
  needs('root', process.getuid?.() === 0)('in WSL', () => {
    needsPrograms('unshare')('without a keychain', () => {
      test('the first save settles nothing, and offers the stores with their reasons', async () => {
        const world = await startWsl(wincred)
        const outcome = await world.inWsl(['credbridge', 'set', at, 'ann'], 's3cret')
        expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
        expect(outcome.stderr).toMatch(chooseWindows)
        expect(outcome.stderr).toMatch(chooseVault)
        expect(settled(world)).toBeUndefined()
        const git = await world.inWsl(['git-credential-credbridge', 'get'], 'protocol=https\nhost=git.example.com\n\n')
        expect(git).toMatchObject({ exitCode: 0, stdout: '' })
        expect((await world.inWsl(['credbridge', 'doctor'])).stdout).toContain('nothing is kept until you choose')
      })

      test('what is chosen is used', async () => {
        const world = await startWsl(wincred)
        expect(await world.inWsl(['credbridge', 'use', 'vault'])).toMatchObject({ exitCode: 0 })
        expect(await world.inWsl(['credbridge', 'set', at, 'ann'], 's3cret')).toMatchObject({ exitCode: 0 })
        expect((await world.inWsl(['credbridge', 'get', at])).stdout).toBe('s3cret\n')
      })

      test('setup asks on a terminal', async () => {
        const world = await startWsl(wincred)
        const setup = onTerminal(typed('1\r'), 'credbridge', 'setup', 'git', '--no-prove')
        const { exitCode, stdout } = await world.inWsl(['python3', ...setup])
        expect({ exitCode, stdout }).toMatchObject({
          exitCode: 0,
          stdout: expect.stringContaining('helper:wincred store'),
        })
        expect(settled(world)).toBe('helper:wincred')
      })

      test('Ctrl-C at this choice leaves everything as it was', async () => {
        const world = await startWsl(wincred)
        const words = world.words(['credbridge', 'setup', 'git', '--no-prove'])
        const by = 'src/commands/settle-at-setup.ts'
        await expectToStop(world, { by, command: 'unshare', question: 'Its number: ', words, more: world.more })
        expect(settled(world)).toBeUndefined()
      })

      test('with Git Credential Manager only, the way to Windows is named', async () => {
        const world = await startWsl('git-credential-manager.exe', 'WSLInterop-late')
        const { exitCode, stderr } = await world.inWsl(['credbridge', 'set', at, 'ann'], 's3cret')
        expect(exitCode).toBe(2)
        expect(stderr).toContain('put docker-credential-wincred.exe on PATH')
        expect(stderr).toMatch(chooseVault)
      })

      test('where no program of Windows can be started, the vault is settled on as anywhere', async () => {
        const world = await startWsl(wincred, '')
        expect(await world.inWsl(['credbridge', 'set', at, 'ann'], 's3cret')).toMatchObject({ exitCode: 0 })
        expect(settled(world)).toBe('vault')
      })
    })
  })
})
