import { dirname, isAbsolute, join } from 'node:path'
import { isRunnable } from '../../system/programs.ts'
import { bundledIn, installedIn } from './running-file.ts'

/** The absolute path of a program for Windows that ships with the commands; `undefined` if it is not there. */
export function shippedProgram(name: string): string | undefined {
  // A program that loads the library is not in our folder, and a part that is loaded later is below it.
  const folders = [bundledIn(), dirname(bundledIn()), installedIn()].filter(isAbsolute)
  return folders.map((folder) => join(folder, 'windows', `${name}.exe`)).find(isRunnable)
}
