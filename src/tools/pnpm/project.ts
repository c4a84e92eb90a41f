import { dirname, join } from 'node:path'
import type { Endpoint } from '../../core/endpoint.ts'
import { bare } from '../guard/bare.ts'
import { type Rules, refuseHarmful } from '../guard/judge.ts'
import { settingsInManifest } from '../guard/manifest.ts'
import { type ProjectFile, projectFile, projectFiles } from '../guard/project-files.ts'
import { refuseReferences } from '../guard/references.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { workspaceFolders } from '../guard/workspaces.ts'
import { scalarsAtTop, yamlEntries, yamlSettings } from '../guard/yaml.ts'
import { projectNpmrc, settingsInFile, userConfigFile } from '../npm/files.ts'
import { npmrcVerdict, npmTable } from '../npm/settings.ts'
import type { LauncherMachine } from '../tool.ts'
import { configFolder, userFile } from './places.ts'
import { pnpmManifestVerdict, pnpmNpmrcVerdict, pnpmWorkspaceVerdict } from './settings.ts'

/*
 * The project files that pnpm reads: .npmrc, pnpm-workspace.yaml, and manifests, in their member `pnpm` and, if it
 * publishes by npm, in `publishConfig`.
 */

/**
 * Refuses settings that would send a credential elsewhere. `words`: the arguments of pnpm's call, which may name
 * folders.
 */
export async function refuseProject(
  machine: LauncherMachine,
  words: readonly string[],
  named: ReadonlyMap<string, Endpoint> = new Map(),
): Promise<void> {
  const npmrc = projectNpmrc(machine, [userFile(machine), userConfigFile(machine)], words)
  const workspaces = projectFiles(machine, 'pnpm-workspace.yaml', [], words)
  const settings = workspaces.flatMap(yamlSettings)
  const manifests = manifestsOf(machine, words, workspaces)
  refuseReferences([...npmrc, ...settings], named)
  const own = ownSettings(machine)
  const judge = (some: readonly ProjectSetting[], verdict: Rules['verdict']) =>
    refuseHarmful(machine, some, { verdict, own })
  await judge(npmrc, ({ key }) => pnpmNpmrcVerdict(key))
  await judge(settings, ({ key }) => pnpmWorkspaceVerdict(key))
  await judge(members(manifests, 'pnpm'), ({ name = '' }) => pnpmManifestVerdict(name))
  await judge(members(manifests, 'publishConfig'), ({ name = '' }) => npmrcVerdict(npmTable(), name))
}

function members(manifests: readonly ProjectFile[], member: string): readonly ProjectSetting[] {
  return manifests.flatMap((one) => {
    if (!one.file.endsWith('.yaml')) return settingsInManifest(one, [member])
    const all = yamlSettings(one).filter(({ key }) => key === member)
    return all.flatMap(({ value, ...setting }) =>
      Object.entries(value ?? {}).map(([name, of]) => ({ ...setting, key: `${member}.${name}`, name, value: of })),
    )
  })
}

const manifestNames = ['package.json', 'package.json5', 'package.yaml']

function manifestsOf(
  machine: LauncherMachine,
  words: readonly string[],
  workspaces: readonly ProjectFile[],
): readonly ProjectFile[] {
  const near = manifestNames.flatMap((name) => projectFiles(machine, name, [], words))
  const below = workspaces.flatMap(({ file, text }) => {
    const patterns = (yamlEntries(text) ?? []).filter(({ path }) => path[0] === 'packages' && path.length === 2)
    const folders = workspaceFolders(
      machine,
      dirname(file),
      patterns.map(({ value = '' }) => value),
    )
    return folders.flatMap((folder) => manifestNames.flatMap((name) => projectFile(machine, join(folder, name)) ?? []))
  })
  return [...near, ...below].filter(hasSettings)
}

/**
 * JSON5 is parsed as JSON with comments, which is only a part of it. So a file is parsed only if it may contain a
 * relevant member.
 */
function hasSettings({ file, text }: ProjectFile): boolean {
  return !file.endsWith('.json5') || /publish|pnpm|\\/i.test(text)
}

/** The settings of the person's own files, by bare name. */
function ownSettings(machine: LauncherMachine): ReadonlyMap<string, string> {
  const read = (file: string) => machine.files.read(file) ?? ''
  const inIni = [userFile(machine), join(configFolder(machine), 'rc')].flatMap((file) => settingsInFile(read(file)))
  const inYaml = yamlEntries(read(join(configFolder(machine), 'config.yaml'))) ?? []
  return new Map([
    ...inIni.map(({ key, value }): [string, string] => [bare(key), value]),
    ...scalarsAtTop(inYaml).map(([name, value]): [string, string] => [bare(name), value]),
  ])
}
