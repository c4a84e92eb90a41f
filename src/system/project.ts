import { isAbsolute, relative } from 'node:path'
import type { Machine } from './machine.ts'

/** Whether the path, or what it links to, is in the working folder. A folder that has the home in it is no project. */
export function isInProject(
  { workingFolder, home, files }: Pick<Machine, 'workingFolder' | 'home' | 'files'>,
  path: string,
): boolean {
  if (isWithin(workingFolder, home)) return false
  return [path, files.resolved(path) ?? path].some((one) => isWithin(workingFolder, one))
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way)
}
