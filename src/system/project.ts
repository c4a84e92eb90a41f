import { isAbsolute, relative } from 'node:path'
import type { Machine } from './machine.ts'

/** Whether the path is in the working folder. A folder that has the home in it is nobody's project. */
export function isInProject({ workingFolder, home }: Pick<Machine, 'workingFolder' | 'home'>, path: string): boolean {
  return isWithin(workingFolder, path) && !isWithin(workingFolder, home)
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way)
}
