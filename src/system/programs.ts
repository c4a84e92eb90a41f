import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** PATH's absolute folders, in order; a relative one, as the working directory is, is passed over. */
export function foldersOnPath(env: Environment, platform: string): readonly string[] {
  return (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':').filter(isAbsolute)
}

/** All programs of this name in PATH's absolute folders, in order. A name with a path separator has none. */
export function programsOnPath(name: string, env: Environment, platform: string): readonly string[] {
  if (name === '' || name.includes('/') || name.includes('\\')) return []
  const endings = platform === 'win32' ? ['.exe', '.cmd', '.bat', ''] : ['']
  return foldersOnPath(env, platform)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter(isRunnable)
}

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
