import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'
import type { AtEnd, Session } from './session.ts'
import { until } from './until.ts'

/** KeePassXC with its Secret Service, without a screen. */
export interface KeePassXC {
  /** Its database is closed; it keeps its name on the bus. */
  lock(): Promise<void>
  /** As a person does it, in the dialog that asks for it or without one. */
  unlock(): Promise<void>
  kill(): Promise<void>
}

export interface KeePassXCOptions {
  /** Whether a search asks to unlock first, and answers only then. */
  readonly unlockBeforeSearch?: boolean
  /** Nobody has opened the database since it was started. */
  readonly closed?: boolean
}

const password = 'the password of the database'

/** Starts KeePassXC on a session without a service; needs keepassxc and keepassxc-cli. */
export async function startKeePassXC(
  session: Session,
  atEnd: AtEnd,
  options: KeePassXCOptions = {},
): Promise<KeePassXC> {
  const database = join(session.folder, 'db.kdbx')
  const settings = join(session.folder, 'keepassxc.ini')
  await makeDatabase(session, database)
  const flags = ['Enabled=true', 'ConfirmAccessItem=false', 'ConfirmDeleteItem=false', 'ShowNotification=false']
  const search = `UnlockBeforeSearch=${options.unlockBeforeSearch === true}`
  // KeePassXC 2.7.4 saves in a thread of its own, and dies there when items change meanwhile (docs/secret-service.md).
  const saving = 'AutoSaveAfterEveryChange=false'
  const general = ['[General]', 'ConfigVersion=2', 'UpdateCheckMessageShown=true', 'SingleInstance=false', saving]
  writeFileSync(settings, [...general, '[FdoSecrets]', ...flags, search, ''].join('\n'))
  // It replaces both files by new ones: of the machine's own /dev/null nothing would be left.
  const files = [`--config=${settings}`, `--localconfig=${join(session.folder, 'keepassxc-local.ini')}`]
  const program = start(session, [...files, '--pw-stdin', database])
  program.stdin?.end(`${password}\n`)
  atEnd(() => end(program))
  await until(() => ready(session), 'KeePassXC did not offer its database')
  const keepassxc = {
    async lock() {
      await inWindow(session, 'lockAllDatabases')
      await until(async () => (await isLocked(session)).endsWith('true'), 'KeePassXC did not lock its database')
    },
    unlock: () => inWindow(session, 'openDatabase', `string:${database}`, `string:${password}`),
    kill: () => end(program),
  }
  if (options.closed === true) await keepassxc.lock()
  return keepassxc
}

/** A database with one group, which is offered to the Secret Service's clients. */
async function makeDatabase(session: Session, database: string): Promise<void> {
  const cli = async (words: readonly string[], input: string) => {
    const { exitCode, stdout, stderr } = await run('keepassxc-cli', words, { env: session.env, input })
    if (exitCode !== 0) throw new Error(`keepassxc-cli ${words[0]}: ${stderr}`)
    return stdout
  }
  const first = `${database}.first`
  await cli(['db-create', '--set-password', '-t', '100', first], `${password}\n${password}\n`)
  await cli(['mkdir', '-q', first, 'offered'], `${password}\n`)
  const xml = await cli(['export', '-q', '-f', 'xml', first], `${password}\n`)
  const [, encoded = ''] = /<Group>\s*<UUID>([^<]+)<\/UUID>\s*<Name>offered<\/Name>/.exec(xml) ?? []
  const digits = Buffer.from(encoded, 'base64').toString('hex')
  const uuid = `{${digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}}`
  const offered = `<Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>${uuid}</Value></Item>`
  const file = `${database}.xml`
  writeFileSync(file, xml.replace('</Meta>', `<CustomData>${offered}</CustomData></Meta>`))
  await cli(['import', '-q', '-p', file, database], `${password}\n${password}\n`)
}

function start({ env, folder }: Session, words: readonly string[]): ChildProcess {
  mkdirSync(join(folder, 'home'), { recursive: true })
  return spawn('setpriv', ['--pdeathsig', 'KILL', 'keepassxc', ...words], {
    env: { ...env, QT_QPA_PLATFORM: 'offscreen' },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
}

const secrets = '/org/freedesktop/secrets'

async function ask({ env }: Session, path: string, method: string, ...words: string[]): Promise<string> {
  const to = ['--session', '--print-reply=literal', '--reply-timeout=5000', '--dest=org.freedesktop.secrets']
  return (await run('dbus-send', [...to, path, method, ...words], { env })).stdout.trim()
}

async function collection(session: Session): Promise<string> {
  return ask(session, secrets, 'org.freedesktop.Secret.Service.ReadAlias', 'string:default')
}

async function isLocked(session: Session): Promise<string> {
  const property = ['string:org.freedesktop.Secret.Collection', 'string:Locked']
  return ask(session, await collection(session), 'org.freedesktop.DBus.Properties.Get', ...property)
}

async function ready(session: Session): Promise<boolean> {
  return (await collection(session)).startsWith('/') && (await isLocked(session)).endsWith('false')
}

/** What a person can do in the window. */
async function inWindow({ env }: Session, method: string, ...words: string[]): Promise<void> {
  const to = ['--session', '--print-reply=literal', '--reply-timeout=5000', '--dest=org.keepassxc.KeePassXC.MainWindow']
  const { exitCode, stderr } = await run(
    'dbus-send',
    [...to, '/keepassxc', `org.keepassxc.KeePassXC.MainWindow.${method}`, ...words],
    { env },
  )
  if (exitCode !== 0) throw new Error(stderr)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}
