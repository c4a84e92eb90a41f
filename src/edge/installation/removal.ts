import { dirname, sep } from 'node:path'
import { type Hint, hint } from '../../core/hint.ts'
import { runningFile } from './running-file.ts'
import { standalone } from './version.ts'

/** How a person removes the program itself, after `credbridge uninstall`. */
export function howToRemoveProgram(): Hint {
  const file = runningFile()
  if (file.split(sep).includes('node_modules')) return hint`npm uninstall --global credbridge`
  return standalone ? hint`rm ${file}` : hint`rm -r ${dirname(file)}`
}
