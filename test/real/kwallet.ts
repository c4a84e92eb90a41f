import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPython } from './prompter.ts'
import { run } from './run.ts'
import type { AtEnd, Session } from './session.ts'
import { until } from './until.ts'

/** KWallet with its Secret Service, without a screen: kwalletd5 of Frameworks 5.97 or later. */
export interface KWallet {
  /** Closes the wallet, as a person does in KWalletManager. Opening it takes the password again. */
  close(): Promise<void>
  /** Starts it again: `opened` by the login, or `closed` until somebody types the password. */
  restart(as: 'opened' | 'closed'): Promise<void>
  kill(): Promise<void>
}

const password = 'the password of the wallet'

/** Starts KWallet on a session without a service, its wallet opened by the login; needs kwalletd5 and python3. */
export async function startKWallet(session: Session, atEnd: AtEnd): Promise<KWallet> {
  const settings = ['[Wallet]', 'Enabled=true', 'First Use=false', '[org.freedesktop.secrets]', 'apiEnabled=true', '']
  writeFileSync(join(session.env['XDG_CONFIG_HOME'] ?? '', 'kwalletrc'), settings.join('\n'))
  let daemon: ChildProcess | undefined

  async function start(as: 'opened' | 'closed'): Promise<void> {
    const byLogin = [systemPython, join(import.meta.dirname, 'kwallet.py'), session.folder, password]
    daemon = spawn('setpriv', ['--pdeathsig', 'KILL', ...(as === 'opened' ? byLogin : ['kwalletd5'])], {
      env: { ...session.env, QT_QPA_PLATFORM: 'offscreen' },
      stdio: 'ignore',
    })
    await until(async () => (await isOpen(session)) === `boolean ${as === 'opened'}`, `KWallet was not ${as}`)
  }

  async function kill(): Promise<void> {
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const exit = once(daemon, 'exit')
    daemon.kill('SIGKILL')
    await exit
  }

  atEnd(kill)
  // It offers the wallets that it finds when it starts, so the first start only makes one.
  await start('opened')
  await kill()
  await start('opened')
  return {
    close: () => close(session),
    async restart(as) {
      // It writes to the disk when it closes a wallet, and else within seconds.
      await close(session)
      await kill()
      await start(as)
    },
    kill,
  }
}

const wallet = 'kdewallet'

const isOpen = (session: Session) => ask(session, 'isOpen', `string:${wallet}`)

async function close(session: Session): Promise<void> {
  await ask(session, 'close', `string:${wallet}`, 'boolean:true')
  await until(async () => (await isOpen(session)) === 'boolean false', 'KWallet did not close its wallet')
}

async function ask({ env }: Session, method: string, ...words: readonly string[]): Promise<string> {
  const to = ['--session', '--print-reply=literal', '--reply-timeout=5000', '--dest=org.kde.kwalletd5']
  const { stdout } = await run('dbus-send', [...to, '/modules/kwalletd5', `org.kde.KWallet.${method}`, ...words], {
    env,
  })
  return stdout.trim()
}
