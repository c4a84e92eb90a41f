import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { someone } from '../../asker.ts'
import { needsPrograms } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { gits, secretsAt, storeOn } from './world.ts'

/* What whoever may listen on the bus sees (docs/secret-service.md): with a plain session secrets, with the other none. */

needsPrograms(
  'dbus-monitor',
  'dbus-daemon',
  'gnome-keyring-daemon',
  'setpriv',
)('a monitor of the bus', () => {
  let session: Session
  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
  })

  test.each([
    ['plain', false, 2],
    ['dh', true, 0],
  ])('sees the secret, written and read, in a session that is %s: %s', async (_, encrypted, times) => {
    const heard = await monitor()
    const store = storeOn(session, { encrypted })
    await store.save(someone, gits('s3cret-on-the-bus'))
    expect(await secretsAt(store)).toEqual(['s3cret-on-the-bus'])
    await store.remove(someone, gits(''))
    const bytes = await heard()
    expect(bytes.includes('git.example.com')).toBe(true)
    expect(bytes.toString('latin1').split('s3cret-on-the-bus')).toHaveLength(times + 1)
  })

  /** Starts to listen; what has been said up to the end of the last call. */
  async function monitor(): Promise<() => Promise<Buffer>> {
    const child = spawn('dbus-monitor', ['--session', '--binary'], {
      env: session.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(child.stdout, 'data')
    return async () => {
      while (!Buffer.concat(chunks).includes('Delete')) await once(child.stdout, 'data')
      return Buffer.concat(chunks)
    }
  }
})
