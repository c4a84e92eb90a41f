import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { replaceLink } from '../../system/atomic-write.ts'
import type { Environment } from '../../system/machine.ts'
import { isRunnable, programsOnPath } from '../../system/programs.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { installedIn, runningFile } from './running-file.ts'
import { standalone } from './version.ts'

/*
 * The standalone executable: it runs now, or the package for this platform was installed along with ours. It starts several
 * times as fast as Node and needs none, so it goes first.
 */

const name = process.platform === 'win32' ? 'credbridge.exe' : 'credbridge'

/** Its path; `undefined` if there is none. */
export function executable(): string | undefined {
  return standalone ? runningFile() : platformPackages(installedIn()).map((folder) => join(folder, name))[0]
}

/** The path of a command of it: the link on PATH that leads to it, because it survives upgrades; else the file or link beside it. */
export function commandOf(file: string, command: string, env: Environment): string | undefined {
  const folder = dirname(file)
  const beside = ['', '.exe'].map((ending) => join(folder, command + ending))
  const paths = [...programsOnPath(command, env), ...beside, linkOfPackage(folder, command)]
  return paths.find((path) => isRunnable(path) && leadsTo(path, file))
}

/**
 * What makes PATH lead to it where it leads to these commands by Node: npm's link to our file becomes one to the
 * executable. Nothing where there is none, where that is so, or where the link is not ours to change.
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
  return resolved(path) !== undefined && resolved(path) === resolved(file)
}

/** The path with all links followed; `undefined` if nothing is there. */
export function resolved(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** npm links the commands of a package in a scope: node_modules/@credbridge/linux-x64, node_modules/.bin. */
function linkOfPackage(folder: string, command: string): string {
  return join(folder, '..', '..', '.bin', command)
}

/** Where a package with the executable for this platform lies: below our package, or beside it. */
function platformPackages(dist: string): readonly string[] {
  const own = dirname(dist)
  const platform = `${process.platform}-${process.arch}`
  return [join(own, 'node_modules'), dirname(own)]
    .flatMap((modules) => [platform, `${platform}-musl`].map((it) => join(modules, '@credbridge', it)))
    .filter((folder) => isRunnable(join(folder, name)))
}
