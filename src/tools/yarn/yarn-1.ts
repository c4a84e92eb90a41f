import { type ProjectFile, projectFiles } from '../guard/project-files.ts'
import type { ProjectSetting } from '../guard/setting.ts'
import { runs, type Verdict } from '../guard/verdict.ts'
import { projectNpmrc, userConfigFile } from '../npm/files.ts'
import { npmrcVerdict, npmTable } from '../npm/settings.ts'
import type { LauncherMachine } from '../tool.ts'

/*
 * Yarn 1 reads npmrc files, and .yarnrc files with a name and a value on each line. It asks no helper for a credential,
 * but a person can put one into its environment.
 */

export function yarn1Project(machine: LauncherMachine, words: readonly string[]): readonly ProjectSetting[] {
  const files = projectFiles(machine, '.yarnrc', [`${machine.home}/.yarnrc`], words)
  return [...projectNpmrc(machine, [userConfigFile(machine)], words), ...files.flatMap(settingsIn)]
}

function settingsIn({ file, text }: ProjectFile): readonly ProjectSetting[] {
  return text.split('\n').flatMap((line, at) => {
    const [, quoted, bare = '', value = ''] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s:"#]+)):?\s*(.*?)\s*$/.exec(line) ?? []
    const key = quoted ?? bare
    return key === '' ? [] : [{ file, line: at + 1, key, value: value.replace(/^"(.*)"$/s, '$1'), text: line }]
  })
}

/** `--install.name` sets it for one command. */
export function yarn1Verdict(key: string): Verdict | undefined {
  if (key === 'yarn-path') return runs
  return npmrcVerdict(npmTable(), key.startsWith('--') ? key.slice(key.lastIndexOf('.') + 1) : key)
}
