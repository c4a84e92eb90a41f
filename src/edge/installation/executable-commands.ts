import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { replaceLink } from '../../system/atomic-write.ts'
import type { Environment } from '../../system/machine.ts'
import { isRunnable, programsOnPath } from '../../system/programs.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { executable, leadsTo } from './executable.ts'
import { standalone } from './version.ts'

/**
 * The path by which a client starts one of its commands: a link on PATH that leads to it, because that survives
 * upgrades; else the file or link beside it.
 */
export function commandOf(file: string, command: string, env: Environment): string | undefined {
  const folder = dirname(file)
  const beside = ['', '.exe'].map((ending) => join(folder, command + ending))
  const paths = [...programsOnPath(command, env), ...beside, linkOfPackage(folder, command)]
  return paths.find((path) => isRunnable(path) && (leadsTo(path, file) || isLauncherOf(path, file)))
}

/** On Windows the other commands beside the executable are launchers that start it (packaging/windows). */
function isLauncherOf(path: string, file: string): boolean {
  return process.platform === 'win32' && path.endsWith('.exe') && dirname(path) === dirname(file)
}

/**
 * The changes that make PATH lead to the executable where it leads to these commands on Node: they replace npm's links
 * to our files. Empty if there is no executable, if PATH leads to it already, or if the links are not ours to change.
 */
export function relink(
  commands: readonly string[],
  env: Environment,
  files: Files,
  isOwnProgram: (path: string) => boolean,
): readonly Change[] {
  const file = standalone ? undefined : executable()
  if (file === undefined) return []
  const ourLinks = commands
    .flatMap((command) => programsOnPath(command, env).slice(0, 1))
    .filter((path) => isOwnProgram(path) && !leadsTo(path, file))
    .filter((path) => lstatSync(path).isSymbolicLink() && files.isOwnFolder(dirname(path)))
  return ourLinks.map((path) => ({
    says: `${path}: leads to the standalone executable`,
    apply: () => replaceLink(path, file),
  }))
}

/** npm's link to a command of a scoped package: node_modules/@credbridge/linux-x64, node_modules/.bin. */
function linkOfPackage(folder: string, command: string): string {
  return join(folder, '..', '..', '.bin', command)
}
