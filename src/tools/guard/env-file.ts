import { isPowerful } from '../variables.ts'
import { lineAt, type ProjectFile } from './project-files.ts'
import type { ProjectSetting } from './setting.ts'
import type { Verdict } from './verdict.ts'

/*
 * A file of variables that a manager reads by default, such as `.env`. Bun allows white space and line ends between a
 * name and its `=`. So everything before a `=` is taken for a name, even if some of it is none.
 */

export function envFileSettings({ file, text }: ProjectFile): readonly ProjectSetting[] {
  const lines = text.split('\n')
  return [...text.matchAll(/([^\s=:]+)(?=\s*[=:][^\S\n]*([^\n]*))/g)].flatMap(
    ({ index, 1: key = '', 2: value = '' }) => {
      const line = lineAt(text, index)
      const written = lines[line - 1] ?? ''
      return written.trimStart().startsWith('#') ? [] : [{ file, line, key, value: value.trim(), text: written }]
    },
  )
}

export function envFileVerdict({ key }: ProjectSetting): Verdict | undefined {
  return isPowerful(key.replace(/^[\ufeff"'`]+/, ''))
    ? { does: 'is a variable that redirects or loads programs' }
    : undefined
}
