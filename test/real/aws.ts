import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { isProgram } from './require.ts'

/** AWS's command line, of one version. */
export interface Aws {
  readonly program: string
  readonly version: 1 | 2
}

/** The installed ones, the first of each version. Only version 2 has `configure export-credentials`. */
export function installedAws(): readonly Aws[] {
  const programs = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'aws'))
    .filter(isProgram)
  const found = programs.flatMap((program): Aws[] => {
    const [, major] = /^aws-cli\/([12])\./.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout) ?? []
    return major === undefined ? [] : [{ program, version: major === '1' ? 1 : 2 }]
  })
  return found.filter(({ version }, at) => found.findIndex((other) => other.version === version) === at)
}
