import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundledIn, installedIn } from './running-file.ts'
import { standalone } from './version.ts'

/** The program and the first arguments by which this process itself starts `credbridge`. */
export function credbridgeItself(): readonly [program: string, ...words: string[]] {
  if (standalone) return [process.execPath]
  // A program that loads the library is not in our folder, and a part that is loaded later is below it.
  const folders = [bundledIn(), dirname(bundledIn())]
  const file = folders.map((folder) => join(folder, 'credbridge.cjs')).find((path) => existsSync(path))
  return [process.execPath, file ?? join(installedIn(), 'credbridge.cjs')]
}
