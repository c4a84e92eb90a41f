import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** The first program of this name in PATH's absolute folders; a relative one, as the working directory is, is passed over. */
export function programOnPath(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  return programsOnPath(name, env)[0]
}

/** All programs of this name in PATH's absolute folders, in order. A name with a path separator has none. */
export function programsOnPath(name: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (name === '' || name.includes('/') || name.includes('\\')) return []
  const endings = delimiter === ';' ? windowsEndings : ['']
  return (env['PATH'] ?? env['Path'] ?? '')
    .split(delimiter)
    .filter(isAbsolute)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter(isRunnable)
}

/** What Windows starts, in its order. Only there a semicolon separates the folders of PATH. */
const windowsEndings = ['.exe', '.cmd', '.bat', '']

/** Whether this is a file that we may run. */
export function isRunnable(path: string): boolean {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
