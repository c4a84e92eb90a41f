import { describe, expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { hasKeyring, needs } from '../real/require.ts'
import { openPythonWorld } from './python-world.ts'

needs('the build (npm run build)', built)('the keyring command', () => {
  describe('with what it cannot use', () => {
    test('binary on standard input: a line, exit 1, nothing kept, nothing repeated', async () => {
      const { run } = await openPythonWorld('vault')
      const input = Buffer.from([0x73, 0x33, 0x63, 0x72, 0x65, 0x74, 0xff, 0xfe, 0x00, 0x0a])
      expect(await run('keyring', ['set', 's', 'u'], { input })).toMatchObject({
        stdout: '',
        stderr: 'credbridge: the input is not valid UTF-8\n',
        exitCode: 1,
      })
      expect(await run('keyring', ['get', 's', 'u'])).toMatchObject({ stdout: '', stderr: '', exitCode: 1 })
    })

    test('a password without end: refused before the memory is full', async () => {
      const { run } = await openPythonWorld('vault')
      const outcome = await run('keyring', ['set', 's', 'u'], { input: 'x'.repeat(17 * 1024 * 1024) })
      expect(outcome).toMatchObject({
        stdout: '',
        exitCode: 1,
        stderr: expect.stringMatching(/^credbridge: the input is over \d+ bytes\n$/),
      })
    })

    test('a service of 100 kB is a service', async () => {
      const { run, keep } = await openPythonWorld('vault')
      const long = 's'.repeat(100_000)
      expect(await run('keyring', ['get', long, 'u'])).toMatchObject({ stdout: '', stderr: '', exitCode: 1 })
      await keep(long, 'u', 'p@ss')
      expect(await run('keyring', ['get', long, 'u'])).toMatchObject({ stdout: 'p@ss\n', stderr: '', exitCode: 0 })
      const address = `https://pkgs.example.com/${'a/'.repeat(50_000)}`
      expect(await run('keyring', ['get', address, 'u'])).toMatchObject({ stdout: '', stderr: '', exitCode: 1 })
    })

    test('no HOME', async () => {
      const { run, env, keep } = await openPythonWorld('vault')
      await keep('s', 'u', 'p@ss')
      const { HOME: _, ...homeless } = env
      expect(await run('keyring', ['get', 's', 'u'], { env: homeless })).toMatchObject({
        stdout: 'p@ss\n',
        exitCode: 0,
      })
      expect(await run('keyring', ['diagnose'], { env: homeless })).toMatchObject({ stderr: '', exitCode: 0 })
    })

    test.each(['get', 'set', 'del'])(
      '%s: a service that is no text is refused, not taken for another',
      async (verb) => {
        const { run } = await openPythonWorld('vault')
        const line = `printf 'pw\\n' | keyring ${verb} "$(printf 's\\377')" u`
        expect(await run('/bin/sh', ['-c', line])).toMatchObject({
          stdout: '',
          stderr: 'credbridge: a service or user name is not valid UTF-8\n',
          exitCode: 1,
        })
      },
    )
  })

  needs('a keyring', hasKeyring)('a keyring', () => {
    test.each([
      ['get', 's', 'u'],
      ['--mode', 'creds', '--output', 'json', 'get', 's'],
      ['set', 's', 'u'],
      ['del', 's', 'u'],
    ])('a locked keychain: a line that says so, exit 1, nothing on standard output: %s %s %s', async (...words) => {
      const { run, keep, session } = await openPythonWorld('secret-service')
      await keep('s', 'u', 'p@ss')
      await session.lock()
      const outcome = await run('keyring', words, { input: 'other\n' })
      expect(outcome).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringMatching(/^credbridge: .*locked/) })
      await session.restart('unlocked')
      expect((await run('keyring', ['get', 's', 'u'])).stdout).toBe('p@ss\n')
    })
  })
})
