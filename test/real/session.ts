import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './run.ts'
import { type SilentSocket, silentSocket } from './silent-socket.ts'
import { isSoon, until } from './until.ts'

/** Removes the folder; `false` while a process that a client left behind still writes to it (go, kubectl). */
function isRemoved(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return false
    throw error
  }
}

/**
 * What answers on the session bus:
 *
 * - `unlocked`       gnome-keyring with an open login collection
 * - `locked`         the same, closed, and nobody there to answer a prompt
 * - `no-collection`  gnome-keyring in which nobody has made a collection yet
 * - `no-service`     a bus without a Secret Service, and none can be started
 * - `silent-bus`     a socket that takes the connection and never says a word
 * - `no-bus`         no socket, no address
 */
export type KeyringState = 'unlocked' | 'locked' | 'no-collection' | 'no-service' | 'silent-bus' | 'no-bus'

export type DaemonState = 'unlocked' | 'locked' | 'never-unlocked' | 'no-collection'

/** What `afterAll` and `onTestFinished` of vitest are: takes the work that is done at the end, whatever happened. */
export type AtEnd = (work: () => Promise<void>) => void

/** A world of its own for one test file: home folder, session bus, keyring. */
export interface Session {
  /** The whole environment for children. */
  readonly env: Readonly<Record<string, string>>
  /** The folder that holds everything, home included; gone after the end. What is in `services` the bus can start. */
  readonly folder: string
  /** Makes the open login collection a closed one. */
  lock(): Promise<void>
  /** Stops the daemon with SIGSTOP: it keeps its name on the bus and answers nothing. */
  pause(): void
  resume(): void
  /** Whether the daemon has ended by itself. */
  hasDied(): boolean
  /** Kills the daemon: the bus stays, the service is gone. */
  kill(): Promise<void>
  /**
   * Starts the daemon again, or another time, with what is on disk; `never-unlocked` is closed and has not been open since
   * its start. `more` is for the daemon's environment.
   */
  restart(state?: DaemonState, more?: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

export const loginPassword = 'the password of the login collection'

/** Starts a session; needs dbus-daemon, dbus-send and gnome-keyring-daemon, except for the states without a service. */
export async function startSession(state: KeyringState, atEnd: AtEnd): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-'))
  const runtime = join(folder, 'run')
  const address = `unix:path=${join(runtime, 'bus')}`
  const env = environment(folder, state === 'no-bus' ? {} : { DBUS_SESSION_BUS_ADDRESS: address })
  for (const value of Object.values(env)) if (value.startsWith(folder)) mkdirSync(value, { mode: 0o700 })
  let bus: ChildProcess | undefined
  let silent: SilentSocket | undefined
  let keyring: ChildProcess | undefined

  async function startKeyring(as: DaemonState, more: Readonly<Record<string, string>> = {}): Promise<void> {
    const unlock = as === 'unlocked' || as === 'locked' ? ['--unlock'] : []
    const isReady = as === 'no-collection' ? noCollection : as === 'never-unlocked' ? locked : unlocked
    for (let start = 1; start <= 3; start++) {
      keyring = startChild('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...unlock], {
        ...env,
        ...more,
      })
      keyring.stdin?.end(loginPassword)
      if (await isSoon(() => isReady(env), 20_000)) {
        if (as === 'locked') await lock(env)
        return
      }
      // It sometimes starts and never becomes ready.
      const exit = keyring.exitCode ?? keyring.signalCode ?? 'it is running'
      console.warn(`gnome-keyring-daemon did not become ${as} (exit: ${exit}), start ${start} of 3`)
      await end(keyring)
    }
    fail(`gnome-keyring-daemon did not become ${as}`)
  }

  async function stop(): Promise<void> {
    if (keyring !== undefined) await end(keyring)
    if (bus !== undefined) await end(bus)
    silent?.close()
    await until(async () => isRemoved(folder), `${folder} is still written to`)
  }

  atEnd(stop)
  if (state === 'silent-bus') silent = await silentSocket(join(runtime, 'bus'))
  else if (state !== 'no-bus') bus = await startBus(folder, address, env)
  if (state === 'unlocked' || state === 'locked' || state === 'no-collection') await startKeyring(state)

  return {
    env,
    folder,
    lock: () => lock(env),
    pause: () => void keyring?.kill('SIGSTOP'),
    resume: () => void keyring?.kill('SIGCONT'),
    hasDied: () => keyring !== undefined && (keyring.exitCode !== null || keyring.signalCode !== null),
    async kill() {
      if (keyring !== undefined) await end(keyring)
    },
    async restart(as = 'unlocked', more = {}) {
      if (keyring !== undefined) await end(keyring)
      await startKeyring(as, more)
    },
    stop,
  }
}

function environment(folder: string, more: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    ...more,
  }
}

/** Starts a program that dies with this process, however this process dies. */
function startChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], { env, stdio: ['pipe', 'pipe', 'ignore'] })
}

async function startBus(folder: string, address: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const file = join(folder, 'bus.conf')
  const services = join(folder, 'services')
  mkdirSync(services)
  writeFileSync(
    file,
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${address}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`,
  )
  const bus = startChild('dbus-daemon', [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=1'], env)
  if (bus.stdout === null) throw new Error('dbus-daemon has no stdout')
  await Promise.race([once(bus.stdout, 'data'), once(bus, 'exit').then(() => fail('dbus-daemon did not start'))])
  return bus
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

const secrets = '/org/freedesktop/secrets'

/** Asks the Secret Service with dbus-send; its answer in dbus-send's own spelling, empty when there is none. */
async function ask(env: NodeJS.ProcessEnv, path: string, method: string, ...args: string[]): Promise<string> {
  const to = ['--session', '--print-reply=literal', '--reply-timeout=5000', '--dest=org.freedesktop.secrets']
  return (await run('dbus-send', [...to, path, method, ...args], { env })).stdout.trim()
}

async function isLocked(env: NodeJS.ProcessEnv): Promise<string> {
  const property = ['string:org.freedesktop.Secret.Collection', 'string:Locked']
  return ask(env, `${secrets}/aliases/default`, 'org.freedesktop.DBus.Properties.Get', ...property)
}

async function unlocked(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await isLocked(env)).endsWith('false')
}

async function locked(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await isLocked(env)).endsWith('true')
}

async function noCollection(env: NodeJS.ProcessEnv): Promise<boolean> {
  return (await ask(env, secrets, 'org.freedesktop.Secret.Service.ReadAlias', 'string:default')) === '/'
}

async function lock(env: NodeJS.ProcessEnv): Promise<void> {
  await ask(env, secrets, 'org.freedesktop.Secret.Service.Lock', `array:objpath:${secrets}/collection/login`)
  if (!(await locked(env))) fail('the login collection did not become locked')
}

function fail(message: string): never {
  throw new Error(message)
}
