import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { needsPrograms } from './require.ts'
import { run } from './run.ts'
import { type Session, startSession } from './session.ts'

const words = ['service', 'https://git.example.com']

function store(session: Session, secret: string) {
  return run('secret-tool', ['store', '--label=a test', ...words], { env: session.env, input: secret })
}

function lookup(session: Session, timeout = 10_000) {
  return run('secret-tool', ['lookup', ...words], { env: session.env, timeout })
}

needsPrograms(
  'dbus-daemon',
  'gnome-keyring-daemon',
  'secret-tool',
  'setpriv',
)('a session', () => {
  test('unlocked: keeps a secret, also over a restart of the daemon, and leaves nothing behind', async () => {
    const session = await startSession('unlocked', onTestFinished)
    expect(await store(session, 'p@ss')).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await lookup(session)).stdout).toBe('p@ss')
    await session.restart()
    expect((await lookup(session)).stdout).toBe('p@ss')
    await session.stop()
    expect(existsSync(session.folder)).toBe(false)
  })

  test('two sessions share nothing', async () => {
    const [one, other] = await Promise.all([
      startSession('unlocked', onTestFinished),
      startSession('unlocked', onTestFinished),
    ])
    await store(one, 'p@ss')
    expect(await lookup(other)).toMatchObject({ exitCode: 1, stdout: '' })
  })

  test('locked: the secret is there, nobody can have it, nobody is asked', async () => {
    const session = await startSession('unlocked', onTestFinished)
    await store(session, 'p@ss')
    await session.lock()
    expect(await lookup(session)).toMatchObject({ exitCode: 1, stdout: '', timedOut: false })
    expect((await store(session, 'other')).stderr).toContain('locked collection')
    await session.restart('unlocked')
    expect((await lookup(session)).stdout).toBe('p@ss')
  })

  test('locked from the beginning', async () => {
    const session = await startSession('locked', onTestFinished)
    expect((await store(session, 'p@ss')).stderr).toContain('locked collection')
  })

  test('no-collection: the service answers and has no place for a secret', async () => {
    const session = await startSession('no-collection', onTestFinished)
    expect(await lookup(session)).toMatchObject({ exitCode: 1, stderr: '' })
    expect((await store(session, 'p@ss')).exitCode).not.toBe(0)
  })

  test('no-service: the bus says that there is none', async () => {
    const session = await startSession('no-service', onTestFinished)
    expect((await lookup(session)).stderr).toContain('org.freedesktop.secrets was not provided')
  })

  test('no-bus: nothing to connect to', async () => {
    const session = await startSession('no-bus', onTestFinished)
    expect(existsSync(join(session.folder, 'run', 'bus'))).toBe(false)
    expect(await lookup(session)).toMatchObject({ exitCode: 1, timedOut: false })
  })

  test('silent-bus: takes the connection and never answers', async () => {
    const session = await startSession('silent-bus', onTestFinished)
    const socket = connect(join(session.folder, 'run', 'bus'))
    onTestFinished(() => void socket.destroy())
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    expect(await lookup(session, 300)).toMatchObject({ timedOut: true, stdout: '' })
  })

  test('a paused daemon answers nothing until it is resumed; a killed one is gone', async () => {
    const session = await startSession('unlocked', onTestFinished)
    await store(session, 'p@ss')
    session.pause()
    expect(await lookup(session, 300)).toMatchObject({ timedOut: true, stdout: '' })
    session.resume()
    expect((await lookup(session)).stdout).toBe('p@ss')
    await session.kill()
    expect((await lookup(session)).stderr).toContain('org.freedesktop.secrets was not provided')
    await session.restart()
    expect((await lookup(session)).stdout).toBe('p@ss')
  })
})
