import { join, resolve } from 'node:path'
import { projectFiles } from '../guard/project-files.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import type { World } from '../tool.ts'
import { dartIn, registryHost } from './nerf-dart.ts'
import { isComment, npmrcLines, type Setting } from './npmrc.ts'
import { settingsInEnvironment } from './registries.ts'

/** The user's own npmrc: where npm_config_userconfig says, else in the home folder. */
export function userConfigFile({ env, home, folder }: World): string {
  const named = settingsInEnvironment(env).find(({ key }) => key === 'userconfig')?.value
  if (named === undefined) return join(home, '.npmrc')
  return named.startsWith('~/') ? join(home, named.slice(2)) : resolve(folder, named)
}

/**
 * What the lines of a project's npmrc files say. The one in the home folder is never a project's: a program that was
 * started with a file of ours has another for the user's own.
 */
export function projectNpmrc(
  world: World,
  own: readonly string[],
  words: readonly string[] = [],
): readonly ProjectSetting[] {
  return projectFiles(world, '.npmrc', [...own, join(world.home, '.npmrc')], words).flatMap(({ file, text }) =>
    npmrcLines(text)
      .filter((line) => !isComment(line.text))
      .map(({ number, text, setting, inSection }): ProjectSetting => {
        const { key, value } = setting ?? inSection ?? { key: '', value: '' }
        const uncertain = setting === undefined ? { uncertain: true as const } : {}
        return { file, line: number, text, key, value, ...about(key), ...uncertain }
      }),
  )
}

function about(key: string): { readonly about?: string } {
  const about = registryHost(`https:${dartIn(key)?.dart ?? ''}`)
  return about === undefined ? {} : { about }
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
