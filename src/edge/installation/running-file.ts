import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { standalone } from './version.ts'

/** The running file, with links resolved: a file in `dist`, or the standalone executable. */
export function runningFile(): string {
  const started = standalone ? process.execPath : (process.argv[1] ?? process.execPath)
  return realpathSync(started)
}

/** The folder of the running file: `dist` of the package, or the folder of the standalone executable. */
export function installedIn(): string {
  return dirname(runningFile())
}

/** The folder of the bundle that this code is in, which the build inserts; from source that of the running file. */
export function bundledIn(): string {
  return process.env['CREDBRIDGE_FOLDER_AT_BUILD'] ?? installedIn()
}
