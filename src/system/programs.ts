import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * The first program of this name in the absolute folders of PATH. Relative ones, such as the working directory, are
 * skipped.
 */
export function programOnPath(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  return programsOnPath(name, env)[0]
}

/** All programs of this name in the absolute folders of PATH, in order. Empty for a name with a path separator. */
export function programsOnPath(name: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (name === '' || name.includes('/') || name.includes('\\')) return []
  const endings = delimiter === ';' ? windowsEndings(name, env) : ['']
  return (env['PATH'] ?? env['Path'] ?? '')
    .split(delimiter)
    .filter(isAbsolute)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter(isRunnable)
}

const startable = ['.com', '.exe', '.bat', '.cmd']

/**
 * File name endings of programs on Windows, in the order of PATHEXT. Only there a semicolon separates the folders of PATH.
 * A file without any of them is no program there: npm puts scripts for `sh` beside its batch files.
 */
function windowsEndings(name: string, env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const named = (env['PATHEXT'] ?? '').toLowerCase().split(';')
  const endings = named.filter((ending) => startable.includes(ending))
  if (startable.some((ending) => name.toLowerCase().endsWith(ending))) return ['']
  return endings.length > 0 ? endings : startable
}

/** Whether this is a file that this process may execute. */
export function isRunnable(path: string): boolean {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
