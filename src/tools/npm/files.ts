import { join, resolve } from 'node:path'
import { projectFiles } from '../guard/project-files.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import type { LauncherMachine, Machine } from '../tool.ts'
import { registryHost, splitNerfDart } from './nerf-dart.ts'
import { isComment, npmrcLines, type Setting } from './npmrc.ts'
import { settingsInEnvironment } from './registries.ts'

/** The user's own npmrc: the file in npm_config_userconfig, else the one in the home folder. */
export function userConfigFile({ env, home, workingFolder: folder }: LauncherMachine): string {
  const named = settingsInEnvironment(env).find(({ key }) => key === 'userconfig')?.value
  if (named === undefined) return join(home, '.npmrc')
  return named.startsWith('~/') ? join(home, named.slice(2)) : resolve(folder, named)
}

/**
 * The lines of the project's npmrc files. The one in the home folder never belongs to a project, even if the user's own
 * file is another one: a program that credbridge started has a temporary file as the user's own.
 */
export function projectNpmrc(
  machine: LauncherMachine,
  own: readonly string[],
  words: readonly string[] = [],
): readonly ProjectSetting[] {
  return projectFiles(machine, '.npmrc', [...own, join(machine.home, '.npmrc')], words).flatMap(({ file, text }) =>
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
  const about = registryHost(`https:${splitNerfDart(key)?.nerfDart ?? ''}`)
  return about === undefined ? {} : { about }
}

/** The settings of the user's own file. */
export function settingsInFile(text: string): readonly Setting[] {
  return npmrcLines(text).flatMap(({ setting }) => (setting === undefined ? [] : [setting]))
}

/** An empty file was created by us, and is removed. */
export function writeOrRemove({ files }: Machine, file: string, text: string): void {
  if (text === '') files.remove(file)
  else files.write(file, text)
}
