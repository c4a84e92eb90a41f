import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { objectIn } from '../../core/record.ts'
import type { ReadableFiles } from '../../system/readable-files.ts'
import type { Files, LauncherMachine } from '../tool.ts'
import type { Setting } from './npmrc.ts'

/*
 * The settings that npm knows, and its defaults where neither user nor project sets them. npm itself is asked once for
 * each of its versions, which takes a quarter of a second, and the answer is stored.
 */

export interface Npm {
  /** Its registries, and its values of settings that a project could loosen. */
  readonly settings: readonly Setting[]
  /** The names of all its settings, each on a line: few calls need them. Empty if npm is not installed. */
  readonly names: string
}

const nothing: Npm = { settings: [], names: '' }

export async function npmItself(machine: LauncherMachine): Promise<Npm> {
  const npm = realNpm(machine)
  const kept = keptIn(machine.files.read(fileFor(machine)))
  if (kept !== undefined && kept.version === versionOf(machine, npm)) return kept
  return npm === undefined ? (kept ?? nothing) : await askAgain(machine, npm)
}

/** Asks npm and stores the answer. */
export async function askAgain(machine: LauncherMachine, npm: string): Promise<Npm> {
  const ran = await machine.run(npm, ['config', 'list', '--json'], {
    env: { npm_config_userconfig: join(machine.folders.state, 'no-such-file'), npm_config_registry: '' },
    limit: 20_000,
  })
  const all = ran.exitCode === 0 ? objectIn(ran.stdout) : undefined
  if (all === undefined) return nothing
  const settings = Object.fromEntries(Object.entries(all).filter(([key]) => isWanted(key)))
  const text = JSON.stringify({ version: versionOf(machine, npm), settings, names: Object.keys(all).join('\n') })
  // A dry run has files of its own.
  const files = canWrite(machine.files) ? machine.files : (await machine.whole()).files
  files.write(fileFor(machine), `${text}\n`)
  return keptIn(text) ?? nothing
}

function canWrite(files: ReadableFiles): files is Files {
  return 'write' in files
}

/** The first npm on PATH that is not our link. */
export function realNpm(machine: LauncherMachine): string | undefined {
  const all = foldersOnPath(machine).map((folder) => join(folder, 'npm'))
  return all.find((path) => machine.files.exists(path) && !isOurLink(machine, path))
}

export function foldersOnPath({ env }: LauncherMachine): readonly string[] {
  return (env['PATH'] ?? '').split(delimiter).filter(isAbsolute)
}

export function isOurLink(machine: LauncherMachine, path: string): boolean {
  return /[/\\]credbridge(-np[mx](\.cjs)?)?$/.test(machine.files.linkedTo(path) ?? '')
}

const guarded = /^(allow-|ignore-scripts$|strict-allow-scripts$|min-release-age|before$)/

function isWanted(key: string): boolean {
  return key === 'registry' || (key.startsWith('@') && key.endsWith(':registry')) || guarded.test(key)
}

/** npm's program is `npm/bin/npm-cli.js`, links resolved. Others, such as a version manager's, have no version here. */
function versionOf({ files }: LauncherMachine, npm: string | undefined): string | undefined {
  const program = npm === undefined ? undefined : files.resolved(npm)
  const text = program === undefined ? undefined : files.read(join(dirname(program), '..', 'package.json'))
  const { name, version } = objectIn(text ?? '') ?? {}
  return name === 'npm' && typeof version === 'string' ? version : undefined
}

function fileFor({ folders: places }: LauncherMachine): string {
  return join(places.state, 'npm-settings.json')
}

function keptIn(text: string | undefined): (Npm & { readonly version: string | undefined }) | undefined {
  const { version, settings, names } = objectIn(text ?? '') ?? {}
  if (typeof settings !== 'object' || settings === null || typeof names !== 'string') return undefined
  return {
    version: typeof version === 'string' ? version : undefined,
    settings: Object.entries(settings).flatMap(([key, value]): Setting[] =>
      value === null || typeof value === 'object' ? [] : [{ key, value: String(value) }],
    ),
    names,
  }
}
