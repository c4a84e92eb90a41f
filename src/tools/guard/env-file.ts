import { isPowerful } from '../variables.ts'
import type { ProjectFile } from './project-files.ts'
import type { ProjectSetting } from './setting.ts'
import type { Verdict } from './verdict.ts'

/*
 * A file of variables that a manager reads by itself, as `.env`. What stands within quotes over several lines is looked
 * at line by line, too.
 */

export function envFileSettings({ file, text }: ProjectFile): readonly ProjectSetting[] {
  return text.split('\n').flatMap((line, at) => {
    const [, key = '', value = ''] = /^[\s\ufeff]*(?:export\s+)?([^\s=:#]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    return line.trim().startsWith('#') ? [] : [{ file, line: at + 1, key, value, text: line }]
  })
}

export function envFileVerdict({ key }: ProjectSetting): Verdict | undefined {
  return isPowerful(key) ? { does: 'is a variable that leads or loads programs' } : undefined
}
