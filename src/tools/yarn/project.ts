import { dirname, join } from 'node:path'
import { type ProjectFile, projectFiles, unreadable } from '../guard/project-files.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { type YamlEntry, yamlEntries, yamlSettings } from '../guard/yaml.ts'
import { registryHost } from '../npm/nerf-dart.ts'
import type { LauncherMachine } from '../tool.ts'
import { homeFile } from './setup.ts'

/** The content of a project's .yarnrc.yml files. */
export interface YarnProject {
  /** The settings by Yarn's names. */
  readonly settings: readonly ProjectSetting[]
  /** Every text in them, with its line and the registry that it would be sent to. */
  readonly texts: readonly ProjectSetting[]
}

export function yarnProject(machine: LauncherMachine, words: readonly string[] = []): YarnProject {
  const files = rcFiles(machine, words)
  return { settings: files.flatMap(yamlSettings), texts: textsOf(files) }
}

/** If a file claims to be a lock file of Yarn 1, Yarn reads another format from it. */
const lockFile = /^(#.*(\r?\n))*?#\s+yarn\s+lockfile\s+v1\r?\n/i

function rcFiles(machine: LauncherMachine, words: readonly string[]): readonly ProjectFile[] {
  const name = machine.env['YARN_RC_FILENAME'] ?? '.yarnrc.yml'
  const own = [homeFile(machine), join(dirname(homeFile(machine)), name)]
  return projectFiles(machine, name, own, words).map((file) => {
    if (lockFile.test(file.text)) throw unreadable(file.file, 'is no file of settings')
    return file
  })
}

function textsOf(files: readonly ProjectFile[]): readonly ProjectSetting[] {
  const all = files.flatMap(({ file, text }) => (yamlEntries(text) ?? []).map((entry) => ({ file, ...entry })))
  return all.map(({ file, path, value = '', line }) => {
    const about = registryOf(path, all)
    return { file, line: line + 1, key: path.join('.'), value, ...(about === undefined ? {} : { about }) }
  })
}

/**
 * The host that an entry's credential would be sent to; empty for the default registry, which no project file names.
 * `undefined` if the entry is not a credential, or if the files disagree or name the host by a variable.
 */
function registryOf(path: readonly string[], all: readonly YamlEntry[]): string | undefined {
  if (!['npmAuthToken', 'npmAuthIdent'].includes(path.at(-1) ?? '')) return undefined
  const above = path.slice(0, -1)
  if (above[0] === 'npmRegistries') return hostOf(above[1] ?? '')
  const named = (of: readonly string[]) =>
    all.filter((one) => one.path.join('\n') === [...of, 'npmRegistryServer'].join('\n')).map(({ value = '' }) => value)
  const servers = [...named(above), ...(above.length === 0 || named(above).length > 0 ? [] : named([]))]
  const hosts = [...new Set(servers.map(hostOf))]
  return hosts.length === 0 ? '' : hosts.length === 1 ? hosts[0] : undefined
}

function hostOf(url: string): string | undefined {
  return url.includes('$') ? undefined : registryHost(url.startsWith('//') ? `https:${url}` : url)
}
