import type { Command } from 'commander'
import { withoutConfiguration } from '../core/configuration.ts'
import { type Entry, isKind, isNoteKind, ourselves, person, pythonNotes } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { systemText } from '../edge/installation/system.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Settings } from '../engine/settings.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import type { Result } from './doctor-line-text.ts'
import { countedText, lineText } from './doctor-line-text.ts'
import type { StoresReport } from './doctor-stores.ts'
import { allKept, type Kept } from './explain-kept.ts'
import { type StandIns, standIns } from './report-words.ts'

/** Everything that a bug report needs, without a secret or a name that a person or a server chose. */
export async function bugReport(
  program: Command,
  context: CliContext,
  results: readonly Result[],
  stores: StoresReport | undefined,
): Promise<string> {
  const names = standIns(program)
  const { engine, machine } = context
  const settings = await engine.settings().catch(() => undefined)
  const kept = stores?.stores.find(({ inUse }) => inUse)?.works === true ? await keptLines(context, names) : []
  const checks = results.map((result) => {
    const { fix, ...line } = { ...result, check: names.text(storeType(result.check)), says: names.text(result.says) }
    return lineText(fix === undefined ? line : { ...line, fix: names.text(fix) })
  })
  return [
    `${systemText()}\n`,
    `settings: ${settings === undefined ? 'they cannot be read' : settingsText(settings)}\n`,
    `environment: ${environmentText(machine)}\n`,
    `stores: ${storesText(stores)}\n`,
    `programs: ${await programsText(machine)}\n`,
    ...kept,
    ...checks,
    `${countedText(results)}\n`,
  ].join('')
}

/** Names of settings. Values only where they are a choice among fixed words or a number. */
function settingsText(settings: Settings): string {
  const { stores, recoverHours, aliases, tokenUser, vaultKeyFile, httpCaFile, openbao } = settings
  const { secretServiceSession, tools, unknownKeys } = settings
  const named = Object.keys(tools).map((name) => name.split('.').slice(0, 2).join('.'))
  return [
    ...(stores === undefined ? [] : [`stores = ${stores.map(storeType).join(', ')}`]),
    `recover-hours = ${recoverHours}`,
    `aliases: ${Object.keys(aliases).length}`,
    ...(tokenUser === 'oauth2' ? [] : ['git.token-user']),
    ...(vaultKeyFile === undefined ? [] : ['vault.key-file']),
    ...(openbao === undefined ? [] : ['openbao']),
    ...(httpCaFile === undefined ? [] : ['http.ca-file']),
    `secret-service.session = ${secretServiceSession}`,
    ...new Set(named),
    ...(unknownKeys.length === 0 ? [] : [`unknown keys: ${unknownKeys.length}`]),
  ].join('; ')
}

/** Variables that change what credbridge does. */
const variables = [
  'CREDBRIDGE_STORE',
  'CREDBRIDGE_PROMPT',
  'CREDBRIDGE_VAULT_KEY',
  'CREDBRIDGE_VAULT_KEY_FD',
  'GIT_TERMINAL_PROMPT',
  'GIT_ASKPASS',
  'DOCKER_CONFIG',
  'CARGO_HOME',
  'GOAUTH',
  'KUBECONFIG',
  'NETRC',
  'PYTHON_KEYRING_BACKEND',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'SSH_CONNECTION',
  'WSL_DISTRO_NAME',
  'CI',
] as const

function environmentText({ env }: Machine): string {
  const set = variables.filter((name) => (env[name] ?? '') !== '')
  return set.length === 0 ? 'nothing that matters is set' : `set are ${set.join(', ')}`
}

function storesText(stores: StoresReport | undefined): string {
  if (stores === undefined) return 'not looked at, because of the settings'
  const each = stores.stores.map(({ name, inUse, works, failure, lasts }) => {
    const how = works === undefined ? 'not made yet' : works ? 'works' : `does not work: ${failure}`
    return `${storeType(name)} (${[inUse ? 'in use' : 'not in use', how, ...(lasts === undefined ? [] : [`kept ${lasts}`])].join(', ')})`
  })
  return `${stores.because}; ${each.join('; ')}`
}

/** `helper:<name>` without the name of the program. */
function storeType(name: string): string {
  const [type = ''] = name.split(':')
  return type === name ? name : `${type}:…`
}

/** The versions of the installed clients, as far as they are numbers. */
async function programsText(machine: Machine): Promise<string> {
  const names = [...new Set(tools.flatMap(({ name, runs = [] }) => [name, ...runs]))]
  const found = await Promise.all(
    names.map(async (name) => {
      const path = machine.program(name)
      if (path === undefined) return []
      if (machine.isOwnProgram(path)) return [`${name} (by credbridge)`]
      const ran = await machine.run(path, ['--version'], { limit: 5000 }).catch(() => undefined)
      const version = /\d+(\.\d+)+/.exec(ran?.stdout ?? '')?.[0]
      return [version === undefined ? name : `${name} ${version}`]
    }),
  )
  return found.flat().join(', ') || 'none'
}

const most = 50

async function keptLines(context: CliContext, names: StandIns): Promise<readonly string[]> {
  const { entries, defaults, ended, copies, problems } = await allKept(context)
  const lines = entries.slice(0, most).map((entry) => {
    const states = [
      ...(defaults.some((one) => isSamePlace(one, entry)) ? ['default'] : []),
      ...ended
        .filter(({ endpoint, account }) => isSamePlace({ endpoint, account: account ?? entry.account }, entry))
        .map(({ tool, refusedAt }) => `${owner(tool)} no longer gets it${refusedAt === undefined ? '' : ', refused'}`),
    ]
    return `kept: ${[shown(entry, names), ...states].join('; ')}\n`
  })
  const more = entries.length - lines.length
  return [
    ...lines,
    ...(more > 0 ? [`kept: ${more} more\n`] : []),
    ...(copies.length > 0 ? [`restorable: ${copies.length}\n`] : []),
    ...problems.map(({ code }) => `unreadable: ${code}\n`),
  ]
}

function shown({ endpoint, account, owner: saver, kind, store }: Kept, names: StandIns): string {
  const user = account === '' ? 'no user name' : names.of('account', account)
  const what = isKind(kind) || isNoteKind(kind) ? kind : 'an unknown kind'
  return `${place(endpoint, names)}, ${user}, saved by ${owner(saver)}, ${what}, in ${storeType(store)}`
}

const schemes = ['https', 'http', 'ssh', 'cert', 'imap', 'smtp', 'ftp']

function place(at: Endpoint, names: StandIns): string {
  if (at.form === 'service') return names.of('service', at.key)
  const parts = [
    schemes.includes(at.scheme) ? at.scheme : 'another scheme',
    ...(at.port === undefined ? [] : ['with a port']),
    ...(at.path === '' ? [] : ['with a path']),
  ]
  return `${names.of('endpoint', at.key)} (${parts.join(', ')})`
}

/** Owners that a later version or another program made are not named. A configuration is a path. */
function owner(name: string): string {
  const tool = withoutConfiguration(name)
  const known = [...tools.map((one) => one.name), person, ourselves, pythonNotes].includes(tool)
  return known ? (tool === name ? tool : `${tool} with a configuration`) : 'another tool'
}

function isSamePlace(a: Pick<Entry, 'endpoint' | 'account'>, b: Pick<Entry, 'endpoint' | 'account'>): boolean {
  return a.account === b.account && a.endpoint.form === b.endpoint.form && a.endpoint.key === b.endpoint.key
}
