import { describe, expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal, typed } from '../real/typing.ts'
import { openPythonWorld, type PythonWorld } from './python-world.ts'

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('keyring set on a terminal', () => {
    function typing(world: PythonWorld, answer: string, ...words: string[]) {
      const keyring = words.length > 0 ? words : ['keyring', 'set', 'sys', 'bob']
      return world.run('/usr/bin/env', ['python3', ...onTerminal(typed(answer), ...keyring)])
    }
    const kept = (world: PythonWorld) => world.run('keyring', ['get', 'sys', 'bob'])

    test.each([
      ['s3cret\n', 's3cret'],
      ['wrö\u007f\u007ford 😀\u007f!\r', 'word !'],
      ['all wrong\u0015right\n', 'right'],
      ['\n', ''],
    ])('asks as Python does, shows nothing of %j', async (answer, password) => {
      const world = await openPythonWorld('vault')
      expect(await typing(world, answer)).toMatchObject({
        stdout: "Password for 'bob' in 'sys': \r\n",
        stderr: '',
        exitCode: 0,
      })
      expect(await kept(world)).toMatchObject({ stdout: `${password}\n`, exitCode: 0 })
    })

    test('asks on the terminal also where nothing came from a pipe', async () => {
      const world = await openPythonWorld('vault')
      const outcome = await typing(world, 's3cret\n', 'sh', '-c', 'keyring set sys bob </dev/null')
      expect(outcome.stdout).toBe("Password for 'bob' in 'sys': \r\n")
      expect((await kept(world)).stdout).toBe('s3cret\n')
    })

    describe.each([
      ['Ctrl-C', '\u0003'],
      ['Ctrl-D', '\u0004'],
    ])('%s', (_, key) => {
      test('ends it, and nothing is kept', async () => {
        const world = await openPythonWorld('vault')
        const outcome = await typing(world, key)
        expect(outcome).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('credbridge: cancelled') })
        expect(await kept(world)).toMatchObject({ stdout: '', exitCode: 1 })
      })
    })

    test('nobody there: a line, exit 1, nothing kept', async () => {
      const world = await openPythonWorld('vault')
      const outcome = await world.run('keyring', ['set', 'sys', 'bob'], { input: '' })
      expect(outcome).toMatchObject({ stdout: '', exitCode: 1 })
      expect(outcome.stderr).toBe(
        'credbridge: there is no terminal to ask on\nhint: write it to standard input, which was empty\n',
      )
      expect(await kept(world)).toMatchObject({ stdout: '', exitCode: 1 })
    })
  })
})
