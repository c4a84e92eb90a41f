import { execFileSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { programOnPath } from './require.ts'

/**
 * The folder of the real cargo and rustc; `undefined` if there is none. What rustup puts on PATH looks for them in the home
 * folder, which is another one in a test.
 */
export const cargoFolder: string | undefined = folderOf(byRustup() ?? programOnPath('cargo'))

function byRustup(): string | undefined {
  try {
    return execFileSync('rustup', ['which', 'cargo'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

function folderOf(cargo: string | undefined): string | undefined {
  const folder = cargo === undefined ? undefined : dirname(realpathSync(cargo))
  return folder !== undefined && existsSync(join(folder, 'rustc')) ? folder : undefined
}
