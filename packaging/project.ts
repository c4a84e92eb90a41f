import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** The folder of this repository. */
export const root = join(import.meta.dirname, '..')

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly bin: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly scripts: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** The package.json of credbridge. */
export const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The names of the commands: the files of bin/. */
export const commands: readonly string[] = readdirSync(join(root, 'bin'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => basename(name, '.ts'))
  .sort()

/** The constants that replace these variables in the code. */
export function buildConstants(runtime: 'node' | 'bun' | 'native'): Readonly<Record<string, string>> {
  return {
    'process.env.CREDBRIDGE_VERSION_AT_BUILD': JSON.stringify(manifest.version),
    'process.env.CREDBRIDGE_RUNTIME_AT_BUILD': JSON.stringify(runtime),
    'process.env.CREDBRIDGE_FOLDER_AT_BUILD': runtime === 'node' ? '__dirname' : '""',
  }
}
