import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { run } from './run.ts'
import type { AtEnd, Session } from './session.ts'
import { until } from './until.ts'

/** Starts oo7-daemon on a session without a service, its keyring opened by a password; needs oo7-daemon. */
export async function startOo7(session: Session, atEnd: AtEnd): Promise<void> {
  const daemon: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', 'oo7-daemon', '--login'], {
    env: session.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  daemon.stdin?.end('the password of the keyring')
  atEnd(async () => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
  })
  await until(() => isReady(session), 'oo7-daemon did not offer an unlocked collection')
}

async function isReady({ env }: Session): Promise<boolean> {
  const to = ['--session', '--print-reply=literal', '--reply-timeout=5000', '--dest=org.freedesktop.secrets']
  const get = ['org.freedesktop.DBus.Properties.Get', 'string:org.freedesktop.Secret.Collection', 'string:Locked']
  const { stdout } = await run('dbus-send', [...to, '/org/freedesktop/secrets/aliases/default', ...get], { env })
  return stdout.trim().endsWith('false')
}
