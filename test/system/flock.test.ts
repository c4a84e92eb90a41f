import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runIn } from '../../src/system/child.ts'
import { whileFlocked } from '../../src/system/flock.ts'
import { programOnPath } from '../../src/system/programs.ts'
import { uvCredentials } from '../../src/tools/python/plain/uv-credentials.ts'
import { needsPrograms } from '../real/require.ts'
import { testMachine } from '../test-machine.ts'

const env = { PATH: '/usr/local/bin:/usr/bin:/bin' }

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'cb-flock-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const machine = testMachine(folder, { env, run: runIn(env), program: (name) => programOnPath(name, env) })
  const file = join(folder, 'credentials.toml')
  return { machine, file, lock: `${file}.lock` }
}

/** Another program that holds the lock until it is released. */
async function heldByAnother(lock: string): Promise<() => Promise<unknown>> {
  const child = spawn('flock', [lock, 'cat'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise((resolve) => child.on('close', resolve))
  child.stdin.write('\n')
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return () => {
    child.stdin.end()
    return ended
  }
}

needsPrograms('flock')('flock(2)', () => {
  test('is held during the work and released afterwards, also after a failure', async () => {
    const { machine, file, lock } = place()
    writeFileSync(lock, '')
    const isFree = async () => (await machine.run('/usr/bin/flock', ['-n', lock, 'true'])).exitCode === 0
    expect(await whileFlocked(machine, { file, lock }, isFree)).toBe(false)
    expect(await isFree()).toBe(true)
    const failing = whileFlocked(machine, { file, lock }, () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await isFree()).toBe(true)
  })

  test('of another program is waited for, not for ever', async () => {
    const { machine, file, lock } = place()
    const release = await heldByAnother(lock)
    const late = whileFlocked(machine, { file, lock, wait: 1 }, () => expect.unreachable('it is held'))
    await expect(late).rejects.toMatchObject({ code: 'timeout', message: `another program is writing ${file}` })
    const waiting = whileFlocked(machine, { file, lock }, () => 'done')
    await release()
    expect(await waiting).toBe('done')
  })

  test('of uv is waited for, and what uv wrote meanwhile is kept', async () => {
    const { machine: bare, file } = place()
    const machine = { ...bare, env: { ...env, UV_CREDENTIALS_DIR: bare.home } }
    const entry = (name: string) =>
      `[[credential]]\nservice = "https://${name}.example.com"\nusername = "u"\npassword = "p"\n`
    writeFileSync(file, entry('first'))
    const { secrets } = await uvCredentials.find(machine)
    const release = await heldByAnother(`${file}.lock`)
    const taking = Promise.resolve(secrets[0]?.takeOut())
    writeFileSync(file, entry('first') + entry('later'))
    await release()
    await taking
    const left = machine.files.read(file)
    expect(left).toContain('later.example.com')
    expect(left).not.toContain('first.example.com')
  })

  test('that cannot be taken is a failure', async () => {
    const { machine, file, lock } = place()
    writeFileSync(lock, '')
    const program = (name: string) => (name === 'flock' ? '/bin/false' : machine.program(name))
    const failing = whileFlocked({ ...machine, program }, { file, lock }, () => expect.unreachable('it is not held'))
    await expect(failing).rejects.toMatchObject({ code: 'unavailable', message: `${lock} cannot be locked` })
  })
})

describe('nothing is waited for', () => {
  test('where no tool has left a lock file, and none is created', async () => {
    const { machine, file, lock } = place()
    expect(await whileFlocked(machine, { file, lock }, () => 'done')).toBe('done')
    expect(machine.files.exists(lock)).toBe(false)
  })

  test('where no program can hold the lock', async () => {
    const { machine, file, lock } = place()
    writeFileSync(lock, '')
    expect(await whileFlocked({ ...machine, program: () => undefined }, { file, lock }, () => 'done')).toBe('done')
  })
})
