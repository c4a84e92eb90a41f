import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { replaceLink } from '../../system/atomic-write.ts'
import { isRunnable, programsOnPath } from '../../system/programs.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { installedIn } from './running-file.ts'
import { standalone } from './version.ts'

/*
 * The commands of this installation. Node runs them; if the package for this platform is installed too, the standalone
 * executable does. It starts several times as fast and is preferred.
 */

const executable = process.platform === 'win32' ? 'credbridge.exe' : 'credbridge'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The absolute path of a command of credbridge, preferably that of the standalone executable; `undefined` if absent.
 */
export function ourCommand(command: string, env: Environment): string | undefined {
  return folders()
    .map((folder) => commandOf(folder, command, env))
    .find((path) => path !== undefined)
}

/** Whether a program belongs to this installation, in either form. */
export function isOurs(program: string): boolean {
  return folders().some((folder) => leadsInto(program, folder))
}

/**
 * The changes that make PATH lead to the standalone executable instead of the Node commands: npm's links are replaced
 * by links to the executable. Empty if there is no executable, if PATH leads to it already, or if the links are in a
 * folder that this user does not own.
 */
export function direct(commands: readonly string[], env: Environment, files: Files): readonly Change[] {
  if (standalone) return []
  const [folder] = platformPackages(installedIn())
  if (folder === undefined) return []
  const ourLinks = commands
    .flatMap((command) => programsOnPath(command, env).slice(0, 1))
    .filter((path) => isOurs(path) && !leadsInto(path, folder))
    .filter((path) => lstatSync(path).isSymbolicLink() && files.isOurs(dirname(path)))
  return ourLinks.map((path) => ({
    says: `${path}: leads to the standalone executable`,
    apply: () => replaceLink(path, join(folder, executable)),
  }))
}

function folders(): readonly string[] {
  const running = installedIn()
  return standalone ? [running] : [...platformPackages(running), running]
}

/** The link on PATH to the installation, because it survives upgrades; else the command's file, or npm's link to it. */
function commandOf(folder: string, command: string, env: Environment): string | undefined {
  const onPath = programsOnPath(command, env).find((path) => leadsInto(path, folder))
  if (onPath !== undefined) return onPath
  const beside = ['', '.cjs', '.exe'].map((ending) => join(folder, command + ending))
  return [...beside, linkOfPackage(folder, command)].find((path) => isRunnable(path) && leadsInto(path, folder))
}

function leadsInto(path: string, folder: string): boolean {
  return realpathSync(path).startsWith(realpathSync(folder) + sep)
}

/** npm's link for a command of a scoped package: of node_modules/@credbridge/linux-x64 it is in node_modules/.bin. */
function linkOfPackage(folder: string, command: string): string {
  return join(folder, '..', '..', '.bin', command)
}

/** The folders of installed packages with the executable for this platform: below this package, or beside it. */
function platformPackages(dist: string): readonly string[] {
  const own = dirname(dist)
  const name = `${process.platform}-${process.arch}`
  return [join(own, 'node_modules'), dirname(own)]
    .flatMap((modules) => [name, `${name}-musl`].map((it) => join(modules, '@credbridge', it)))
    .filter((folder) => isRunnable(join(folder, executable)))
}
