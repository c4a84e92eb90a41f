import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'

const library = join(import.meta.dirname, '..', '..', 'dist', 'library', 'index.mjs')

/** A program that keeps one password, asks for it so many times at once, and says how often it was right. */
const program = (times: number) => `
import { getPassword, setPassword } from ${JSON.stringify(library)}
await setPassword('s', 'u', 'p')
const found = await Promise.allSettled(Array.from({ length: ${times} }, () => getPassword('s', 'u')))
console.log(found.filter(({ value }) => value === 'p').length)
`

needs('the build (npm run build)', built)('the library', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'prlimit',
  )('many calls at once', () => {
    test('forty need no forty connections', async () => {
      const { env } = await startSession('unlocked', onTestFinished)
      const few = ['--nofile=48', process.execPath, '--input-type=module', '--eval', program(40)]
      expect(await run('prlimit', few, { env })).toMatchObject({ stderr: '', stdout: '40\n', exitCode: 0 })
    })
  })

  test('a store in memory keeps what it is given as long as the program runs', async () => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', CREDBRIDGE_STORE: 'memory' }
    const outcome = await run(process.execPath, ['--input-type=module', '--eval', program(1)], { env })
    expect(outcome).toMatchObject({ stderr: '', stdout: '1\n', exitCode: 0 })
  })
})
