import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms, type Suite } from '../real/require.ts'
import { run } from '../real/run.ts'
import { unasked } from '../real/serving.ts'
import { type SshDaemon, sshDaemon } from '../real/ssh-daemon.ts'
import { sshd } from '../real/ssh-server.ts'
import { startWorld } from '../real/world.ts'

export const at = 'https://git.example.com'
export const other = 'https://other.example.com'

/** The suite for tests with a real sshd, at which an unprivileged user signs in. */
export const needsSsh: Suite = (name, body) => {
  const programs = needsPrograms('ssh', 'git', 'unshare', 'setpriv')
  const [root, build] = [needs('root', process.getuid?.() === 0), needs('npm run build', built)]
  needs('sshd', sshd !== undefined)(name, () => build('built', () => root('by root', () => programs('for ssh', body))))
}

/** A laptop with a vault, and the words that lead to a host. */
export async function laptop() {
  const world = await startWorld('no-bus', onTestFinished)
  const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
  for (const url of [at, other]) {
    expect(await run('credbridge', ['set', url, 'ann'], { env, input: 's3cret' })).toMatchObject({ exitCode: 0 })
  }
  const host = (...settings: readonly string[]) => sshDaemon(4711, true, onTestFinished, ...settings)
  const ssh = (to: SshDaemon, own: readonly string[], command: string, input = '') =>
    run('credbridge', ['ssh', ...unasked(own), ...to.options, '127.0.0.1', command], { env, input, timeout: 60_000 })
  /** A session that lasts until its input ends, once it has printed its first line. */
  async function session(to: SshDaemon, ...own: readonly string[]) {
    const words = ['ssh', ...unasked(own), ...to.options, '127.0.0.1', 'echo begun; cat; echo ended']
    const child = spawn('credbridge', words, { env, detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'close')
    await once(child.stdout, 'data')
    return {
      async end(): Promise<unknown> {
        child.stdin.end()
        return (await ended)[0]
      },
      ended,
    }
  }
  return { env, host, ssh, session }
}
