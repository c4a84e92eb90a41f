import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { replaceLink } from '../../system/atomic-write.ts'
import type { Environment } from '../../system/machine.ts'
import { isRunnable, programsOnPath } from '../../system/programs.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { installedIn, runningFile } from './running-file.ts'
import { standalone } from './version.ts'

/*
 * The standalone executable: the running one, or that of the platform's package, if it was installed with ours. It
 * starts several times as fast as Node and does not need Node, so it is preferred.
 */

const name = process.platform === 'win32' ? 'credbridge.exe' : 'credbridge'

/** Its path; `undefined` if there is none. */
export function executable(): string | undefined {
  return standalone ? runningFile() : platformPackages(installedIn()).map((folder) => join(folder, name))[0]
}

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

export function leadsTo(path: string, file: string): boolean {
  const target = resolved(path)
  return target !== undefined && target === resolved(file)
}

/** The path with all links resolved; `undefined` if it does not exist. */
export function resolved(path: string): string | undefined {
  try {
    return existsSync(path) ? realpathSync(path) : undefined
  } catch {
    return undefined
  }
}

/** npm's link to a command of a scoped package: node_modules/@credbridge/linux-x64, node_modules/.bin. */
function linkOfPackage(folder: string, command: string): string {
  return join(folder, '..', '..', '.bin', command)
}

/** The folders of packages with the executable for this platform: below our package, or beside it. */
function platformPackages(dist: string): readonly string[] {
  const own = dirname(dist)
  const platform = `${process.platform}-${process.arch}`
  return [join(own, 'node_modules'), dirname(own)]
    .flatMap((modules) => [platform, `${platform}-musl`].map((it) => join(modules, '@credbridge', it)))
    .filter((folder) => isRunnable(join(folder, name)))
}
