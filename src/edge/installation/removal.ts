import { sep } from 'node:path'
import { type Hint, hint } from '../../core/hint.ts'
import { runningFile } from './running-file.ts'

/** How a person removes the program itself, after `credbridge uninstall`. */
export function howToRemoveProgram(): Hint {
  const file = runningFile()
  const isPackage = file.split(sep).includes('node_modules')
  return isPackage ? hint`npm uninstall --global credbridge` : hint`rm ${file}`
}
