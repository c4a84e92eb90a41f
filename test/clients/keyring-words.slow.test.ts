import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { keyring } from '../../src/tools/python/dialect.ts'
import { run } from '../real/run.ts'
import { conversation } from '../tools/conversation.ts'
import { client, needsPythonClients } from './python-world.ts'

/*
 * The same words to Python's keyring and to ours. The null backend keeps Python's away from any keyring: a find is a
 * miss, a save and a removal do nothing.
 */

const rows: readonly (readonly string[])[] = [
  [],
  ['get'],
  ['get', 's'],
  ['get', 's', 'u'],
  ['get', 's', ''],
  ['get', '', ''],
  ['get', 's', 'u', 'more', 'words'],
  ['set', 's'],
  ['set', 's', 'u'],
  ['del'],
  ['del', 's'],
  ['del', 's', 'u'],
  ['frobnicate'],
  ['GET', 's', 'u'],
  [''],
  ['', 's', 'u'],
  ["it's"],
  ['"'],
  ['\'"'],
  ['back\\slash'],
  ['tab\t\u007f\u0085é\u200b\u2028😀\ue000'],
  ['--mode', 'creds', 'get', 's'],
  ['--mode', 'creds', 'get'],
  ['--mode=creds', 'set', 's'],
  ['--mo=creds', '--out', 'json', 'get', 's', 'u'],
  ['get', 's', 'u', '--mode', 'creds', '--output=json'],
  ['get', 's', '--mode', 'creds'],
  ['--mode'],
  ['--mode', 'password'],
  ['--mode', 'other'],
  ['--mode='],
  ['--mode=', 'get', 's', 'u'],
  ['--mode', '--', 'creds'],
  ['--mode', '-x', 'get'],
  ['--output', 'xml', 'get', 's', 'u'],
  ['--output', 'json', 'frobnicate'],
  ['frobnicate', '--output', 'xml'],
  ['-p'],
  ['-p', '/tmp', 'get', 's', 'u'],
  ['-p/tmp', 'get', 's', 'u'],
  ['-p=/tmp', 'get', 's', 'u'],
  ['-p', '-p', 'get', 's', 'u'],
  ['-b', 'keyring.backends.null.Keyring', 'get', 's', 'u'],
  ['-bkeyring.backends.null.Keyring', 'get', 's', 'u'],
  ['-b', 'keyring.backends.null.Keyring'],
  ['-b', 'keyring.backends.null.Keyring', 'get', 's'],
  ['--keyring', 'x', 'get', 's', 'u'],
  ['--keyring=x', 'get', 's', 'u'],
  ['--', 'get', 's', 'u'],
  ['get', '--', 's', 'u'],
  ['get', 's', '--', 'u'],
  ['get', 's', 'u', '--'],
  ['--', '--'],
  ['--'],
  ['-'],
  ['get', '-', '-'],
  ['get', '-1', '-2.5'],
  ['get', '-.5', 'u'],
  ['get', '- with space', 'u'],
  ['get', 's', 'u', '-x'],
  ['get', 's', 'u', '--bogus', '--more=1'],
  ['--bogus', 'get', 's', 'u'],
  ['--=x'],
  ['--=', 'get'],
  ['--d=x'],
  ['--disable=x'],
  ['--disable='],
  ['--list-backends=x'],
  ['--l=x'],
  ['frobnicate', '-h'],
  ['-h=x'],
  ['-h='],
  ['-hp'],
  ['-h-x'],
  ['-xh'],
  ['--print-completion'],
  ['--print-completion', 'fish'],
  ['--p', 'get'],
  ['diagnose', '--mode', 'other'],
  ['diagnose', 'a', 'b'],
  ['diagnose', 'a', 'b', 'c'],
]

/** Help is laid out otherwise before Python 3.13, and letters behind a first one were read otherwise. */
const since3130: readonly (readonly string[])[] = [
  ['-h'],
  ['--help'],
  ['--he'],
  ['-h', 'frobnicate'],
  ['-hx'],
  ['-hxyz', 'get'],
  ['-hp/tmp'],
  ['-hh'],
]

/** An option between arguments that may be missing ended them before, and each argument lost a `--` (python/cpython#59317). */
const since3131: readonly (readonly string[])[] = [
  ['get', '--mode', 'creds', 's'],
  ['get', '-x', 's', 'u'],
  ['get', '-٣', '--', 'u'],
  ['get', '--', '--mode', '--'],
  ['get', '--', '-s', '--'],
]

/** Negative numbers of every spelling are values (python/cpython#124823), and `-=` is the beginning of every option. */
const since3140: readonly (readonly string[])[] = [
  ['get', '-1x', 'u'],
  ['get', '-1_0', '-2.5e-6'],
  ['-=x', 'get', 's', 'u'],
]

/** Python before 3.13.1 quotes the choices. */
const unquoted = (text: string) =>
  text.replace(/\(choose from (.*)\)\n$/, (_, choices: string) => `(choose from ${choices.replaceAll("'", '')})\n`)

needsPythonClients("keyring's words", () => {
  describe('are understood as Python understands them', () => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      LANG: 'C.UTF-8',
      COLUMNS: '80',
      PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring',
    }
    const machine = { platform: 'linux', home: '/nonexistent', files: { exists: () => false } }

    const version = spawnSync(client('tools', 'python'), ['-c', 'import sys; print(sys.hexversion)']).stdout.toString()
    const isSince = (hex: number) => Number(version) >= hex
    const named = (words: readonly (readonly string[])[]) => words.map((row) => [row.join(' '), row] as const)

    async function alike(words: readonly string[]): Promise<void> {
      const theirs = await run(client('tools', 'keyring'), words, { env, input: 'pw\n' })
      const ours = await conversation().say(keyring(machine), words, 'pw\n', { env })
      expect(ours).toEqual({ stdout: theirs.stdout, stderr: unquoted(theirs.stderr), exitCode: theirs.exitCode })
    }

    test.each(named(rows))('%j', (_, words) => alike(words))
    test.skipIf(!isSince(0x030d0000)).each(named(since3130))('%j, since Python 3.13', (_, words) => alike(words))
    test.skipIf(!isSince(0x030d0100)).each(named(since3131))('%j, since Python 3.13.1', (_, words) => alike(words))
    test.skipIf(!isSince(0x030e0000)).each(named(since3140))('%j, since Python 3.14', (_, words) => alike(words))
  })
})
