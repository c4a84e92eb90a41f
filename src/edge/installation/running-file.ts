import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { standalone } from './version.ts'

/** The file that runs, links resolved: one of `dist`, or the standalone executable. */
export function runningFile(): string {
  const started = standalone ? process.execPath : (process.argv[1] ?? process.execPath)
  return realpathSync(started)
}

/** The folder of the running file: `dist` of the package, or where the standalone executable lies. */
export function installedIn(): string {
  return dirname(runningFile())
}
