import { join, resolve } from 'node:path'
import { hostAndPort } from '../../core/endpoint.ts'
import type { World } from '../tool.ts'
import { dartIn, registryAddress } from './nerf-dart.ts'
import { type Line, npmrcLines, type Setting } from './npmrc.ts'
import { projectFiles, type Said } from './project.ts'
import { settingsInEnvironment } from './registries.ts'

/** The user's own npmrc: where npm_config_userconfig says, else in the home folder. */
export function userConfigFile({ env, home, folder }: World): string {
  const named = settingsInEnvironment(env).find(({ key }) => key === 'userconfig')?.value
  if (named === undefined) return join(home, '.npmrc')
  return named.startsWith('~/') ? join(home, named.slice(2)) : resolve(folder, named)
}

/**
 * What the lines of an npmrc of a project's say; comments left out. The one in the home folder is never a project's: a
 * program that was started with a file of ours has another for the user's own.
 */
export function saidInNpmrc(world: World, own: readonly string[], named: readonly string[] = []): readonly Said[] {
  return projectFiles(world, '.npmrc', [...own, join(world.home, '.npmrc')], named).flatMap(({ file, text }) =>
    npmrcLines(text)
      .filter((line) => !isSilent(line))
      .map((line) => ({ file, line: line.number, text: line.text, ...line.setting, ...about(line.setting) })),
  )
}

function about(setting: Setting | undefined): { readonly about?: string } {
  const at = registryAddress(`https:${dartIn(setting?.key ?? '')?.dart ?? ''}`)
  return at === undefined ? {} : { about: hostAndPort(at) }
}

function isSilent({ text, setting }: Line): boolean {
  return setting === undefined && /^\s*([;#]|$)/.test(text)
}

/** Beside the default one: registries that the nearest package.json, and those of workspaces that are named by their folder, publish to. */
export function saidInManifest(world: World, workspaces: readonly string[]): readonly Said[] {
  const [nearest] = projectFiles(world, 'package.json', [])
  const named = workspaces.map((one) => join(resolve(world.folder, one), 'package.json'))
  const files = [...(nearest === undefined ? [] : [nearest.file]), ...named]
  return files.flatMap((file) => publishing(file, world.files.readStrange(file)))
}

function publishing(file: string, text: string | undefined): readonly Said[] {
  return Object.entries(publishConfig(text)).flatMap(([key, value]): Said[] =>
    typeof value === 'string'
      ? [{ file, line: lineOf(text ?? '', value), text: '', key: key === 'registry' ? '@:registry' : key, value }]
      : [],
  )
}

function publishConfig(text: string | undefined): object {
  try {
    const config = (JSON.parse(text ?? '{}') as { publishConfig?: unknown } | null)?.publishConfig
    return typeof config === 'object' && config !== null ? config : {}
  } catch {
    return {}
  }
}

function lineOf(text: string, value: string): number {
  const at = text.indexOf(value)
  return at < 0 ? 1 : text.slice(0, at).split('\n').length
}

/** The settings of the user's own file. */
export function settingsInFile(text: string): readonly Setting[] {
  return npmrcLines(text).flatMap(({ setting }) => (setting === undefined ? [] : [setting]))
}

/** A file that has nothing left was made by us, and goes. */
export function writeOrRemove({ files }: World, file: string, text: string): void {
  if (text === '') files.remove(file)
  else files.write(file, text)
}
