import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'

const library = join(import.meta.dirname, '..', '..', 'dist', 'library', 'index.mjs')

/** A program that keeps so many passwords at once, asks for all of them at once, and says how many were right. */
const program = (times: number) => `
import { getPassword, setPassword } from ${JSON.stringify(library)}
const services = Array.from({ length: ${times} }, (_, number) => 's' + number)
await Promise.all(services.map((service) => setPassword(service, 'u', 'of ' + service)))
const found = await Promise.all(services.map((service) => getPassword(service, 'u')))
console.log(found.filter((password, number) => password === 'of s' + number).length)
`

needs('the build (npm run build)', built)('the library', () => {
  needsPrograms(
    'dbus-daemon',
    'gnome-keyring-daemon',
    'prlimit',
  )('many calls at once', () => {
    test('two hundred need few connections, and few questions at once', async () => {
      const { env } = await startSession('unlocked', onTestFinished)
      const few = ['--nofile=48', process.execPath, '--input-type=module', '--eval', program(200)]
      expect(await run('prlimit', few, { env })).toMatchObject({ stderr: '', stdout: '200\n', exitCode: 0 })
    })
  })

  test('a store in memory keeps what it is given as long as the program runs', async () => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', CREDBRIDGE_STORE: 'memory' }
    const outcome = await run(process.execPath, ['--input-type=module', '--eval', program(1)], { env })
    expect(outcome).toMatchObject({ stderr: '', stdout: '1\n', exitCode: 0 })
  })
})
