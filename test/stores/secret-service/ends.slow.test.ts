import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built, installCommands } from '../../real/commands.ts'
import { needs } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { type KeyringState, type Session, startSession } from '../../real/session.ts'

/* Whatever the bus and the daemon do, a client's call says so within its limits, and its process ends. */

needs('the build (npm run build)', built)('the process ends', () => {
  const call = async (session: Session) => {
    const commands = installCommands(join(session.folder, 'commands'))
    const env = { ...session.env, PATH: `${commands}:${session.env['PATH']}`, CREDBRIDGE_STORE: 'secret-service' }
    return run('git-credential-credbridge', ['get'], { env, input: 'protocol=https\nhost=git.example.com\n' })
  }

  test.concurrent.for<[KeyringState, boolean, string]>([
    ['silent-bus', false, 'did not answer in time'],
    ['unlocked', true, 'did not answer in time'],
    ['no-service', false, 'no Secret Service'],
    ['no-bus', false, 'the session bus cannot be reached'],
  ])('%s, paused: %s', async ([state, paused, message], { onTestFinished }) => {
    const session = await startSession(state, onTestFinished)
    if (paused) session.pause()
    const ran = await call(session)
    expect(ran).toMatchObject({ timedOut: false, signal: null, stdout: '' })
    expect(ran.stderr).toContain(message)
  })
})
