import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const dist = join(root, 'dist')

/** Whether `npm run build` has been done. */
export const built = existsSync(join(dist, 'credbridge.cjs'))

const standalone = process.env['CREDBRIDGE_TEST_STANDALONE'] ?? ''

/** Whether the standalone executable is tested in the place of the commands on Node. */
export const isStandalone: boolean = standalone !== ''

/** By what clients start a command after setup: by our link to the standalone executable, else by a wrapper among the user's data. */
export function startedBy(command: string, folder: string, data: string): string {
  return isStandalone ? join(folder, command) : join(data, 'credbridge', 'commands', command)
}

/**
 * Makes a folder that holds all our commands as an installation would, to be put first on PATH: links into `dist`, run
 * by the Node that CREDBRIDGE_TEST_NODE names, else by this one; or links to the standalone executable that
 * CREDBRIDGE_TEST_STANDALONE names. So the same tests hold all of them.
 */
export function installCommands(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.cjs'))) {
    symlinkSync(isStandalone ? standalone : join(dist, file), join(folder, basename(file, '.cjs')))
  }
  const node = process.env['CREDBRIDGE_TEST_NODE'] ?? ''
  symlinkSync(node === '' ? process.execPath : node, join(folder, 'node'))
  return folder
}
