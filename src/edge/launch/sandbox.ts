import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { socketAddress } from '../../dbus/address.ts'
import type { Machine } from '../../system/machine.ts'
import { resolved } from '../installation/executable.ts'
import { installedIn } from '../installation/running-file.ts'
import { standalone } from '../installation/version.ts'

/*
 * What a sandbox is made of: the words for bubblewrap, and the environment.
 * https://github.com/containers/bubblewrap/blob/main/bwrap.xml
 */

export interface SandboxPlan {
  /** The folder of the socket, which nothing else is in. */
  readonly socketFolder: string
  /** The name of the socket in it. */
  readonly socketName: string
  /** The working folder, which the command can read and write. */
  readonly folder: string
  /** More folders and files: to read only, and to write. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** The names of variables that are let in. */
  readonly variables: readonly string[]
  readonly network: boolean
  /** The commands of ours that clients find by name on PATH. */
  readonly commands: readonly string[]
  /** The descriptor of the filter for system calls. */
  readonly filter: number
}

export interface Sandbox {
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What is let in of /etc: what programs need to run, to find hosts and to trust certificates. Passwords are not. */
const settings = [
  ...[
    'alternatives',
    'ca-certificates',
    'crypto-policies',
    'debian_version',
    'gai.conf',
    'group',
    'host.conf',
    'hosts',
  ],
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'machine-id', 'mime.types', 'nsswitch.conf'],
  ...['os-release', 'passwd', 'pki', 'protocols', 'resolv.conf', 'services', 'ssl', 'terminfo', 'timezone'],
]

const systemFolders = ['/usr', '/opt', '/nix/store', '/gnu/store']
/** Links into /usr, or folders on older systems. */
const besideUsr = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

/** The variables that say how a person wants programs to look, and what a person is called. */
const harmless = /^(TERM|COLORTERM|NO_COLOR|LANG|LANGUAGE|LC_[A-Z]+|TZ|USER|LOGNAME|SHELL)$/

const inside = '/run/credbridge'

/** The sandbox for a command; the command itself follows its words. */
export function sandboxFor(plan: SandboxPlan, { env, home }: Pick<Machine, 'env' | 'home'>): Sandbox {
  const { socketFolder, socketName, folder, reads, writes, network, filter } = plan
  const writable = [folder, ...writes]
  const own = ownFiles()
  // This installation may be in what can be written. No folder on the way to it can be moved, if it is bound itself.
  const way = own.flatMap((path) => foldersAbove(path).filter((above) => writable.some((it) => isIn(above, it))))
  const binds = [
    ...reads.flatMap((path) => ['--ro-bind', path, path]),
    ...[...writable, ...new Set(way)].flatMap((path) => ['--bind', path, path]),
    ...own.flatMap((path) => ['--ro-bind', path, path]),
  ]
  const words = [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(network ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--seccomp', String(filter)],
    ...systemFolders.flatMap((path) => ['--ro-bind-try', path, path]),
    ...besideUsr.flatMap(asOnThisMachine),
    ...settings.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/var/tmp', '--tmpfs', '/run'],
    ...['--tmpfs', home, '--dir', join(home, '.local', 'bin')],
    ...binds,
    ...['--ro-bind', socketFolder, `${inside}/socket`],
    ...links(plan.commands).flatMap(([name, to]) => ['--symlink', to, `${inside}/bin/${name}`]),
    ...['--chdir', folder, '--'],
  ]
  const named = Object.entries(env).filter(([name]) => harmless.test(name) || plan.variables.includes(name))
  const visible = [...systemFolders, ...besideUsr, ...reads, folder, ...writes]
  const path = [
    join(home, '.local', 'share', 'credbridge', 'bin'),
    join(home, '.local', 'bin'),
    `${inside}/bin`,
    ...(env['PATH'] ?? '').split(':').filter((one) => isAbsolute(one) && visible.some((place) => isIn(one, place))),
  ]
  return {
    words,
    env: {
      ...Object.fromEntries(named.map(([name, value]) => [name, value ?? ''])),
      HOME: home,
      PATH: [...new Set(path)].join(':'),
      CREDBRIDGE_STORE: `remote:${inside}/socket/${socketName}`,
      CREDBRIDGE_PROMPT: 'never',
    },
  }
}

/** What every program of this machine can write to, and where display servers have their sockets. */
const temporary = ['/tmp', '/var/tmp']
const displays = ['/tmp/.X11-unix', '/tmp/.ICE-unix']

/**
 * Throws if a folder or file must not be let in: it holds the home folder, a socket of the session, or what programs of this
 * machine keep.
 */
export function refuseToLetIn(path: string, { folders, home, env }: Pick<Machine, 'folders' | 'home' | 'env'>): void {
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  const secret = [
    folders.config,
    folders.data,
    folders.state,
    ...(isAbsolute(runtime) ? [runtime] : []),
    '/run',
    '/proc',
    '/sys',
    '/dev',
    ...displays,
  ]
  const places = secret.map(real)
  const holds = [...[home, ...temporary, ...sessionSockets(env)].map(real), ...places].find((it) => isIn(it, path))
  const within = places.find((place) => isIn(path, place))
  if (holds === undefined && within === undefined) return
  throw new Failure('refused', `${path} is not let into a sandbox: it has ${holds ?? within} in it, or is in it`, {
    hints: [hint`work in a folder of the project: cd <project>`],
  })
}

/** The files by which the session bus and the SSH agent are reached. */
function sessionSockets(env: Machine['env']): readonly string[] {
  const buses = (env['DBUS_SESSION_BUS_ADDRESS'] ?? '').split(';').map((one) => socketAddress(one)?.path ?? '')
  return [...buses, env['SSH_AUTH_SOCK'] ?? ''].filter((path) => isAbsolute(path))
}

function real(path: string): string {
  return resolved(path) ?? path
}

/**
 * Throws if a message bus, a display or a session manager can be reached over the network's abstract names, without a file.
 * By the session bus a program could ask for any secret; by the display it could read the keys and type.
 */
export function refuseAbstractSockets(address: string): void {
  const sockets = readFileSync('/proc/net/unix', 'utf8').split('\n')
  const listening = sockets.filter((line) => line.split(' ')[3] === '00010000')
  const names = listening.flatMap((line) => /\s@(\S+)$/.exec(line)?.[1] ?? [])
  const display = names.find((name) => displays.some((place) => isIn(name, place)))
  const bus = names.find((name) => name.includes('dbus') || address.includes(`abstract=${name}`))
  const found = display ?? bus
  if (found === undefined) return
  const what = display === undefined ? 'a message bus' : 'the display'
  throw new Failure('refused', `${what} listens at the abstract socket @${found}, which a sandbox can reach`, {
    hints: [hint`without the network it cannot: credbridge sandbox --no-network -- <command>`],
  })
}

function asOnThisMachine(path: string): readonly string[] {
  if (!existsSync(path)) return []
  return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path]
}

/** This installation, and the Node that runs it. */
function ownFiles(): readonly string[] {
  const files = [installedIn(), ...(standalone ? [] : [process.execPath])]
  return files.filter((path) => !systemFolders.some((place) => isIn(path, place)))
}

/** From the root on. */
function foldersAbove(path: string): readonly string[] {
  const above = dirname(path)
  return above === path ? [path] : [...foldersAbove(above), above]
}

/** Each command of ours with the file that a link to it leads to. */
function links(commands: readonly string[]): readonly (readonly [name: string, to: string])[] {
  const folder = installedIn()
  if (standalone) return commands.map((name) => [name, process.execPath])
  const there = readdirSync(folder)
  const own = commands.filter((name) => there.includes(`${name}.cjs`))
  const names = own.map((name): [string, string] => [name, join(folder, `${name}.cjs`)])
  return [...names, ['node', process.execPath]]
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}
