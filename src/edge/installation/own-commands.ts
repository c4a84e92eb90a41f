import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { replaceLink } from '../../system/atomic-write.ts'
import { isRunnable, programsOnPath } from '../../system/programs.ts'
import type { Files } from '../../system/user-files.ts'
import type { Change } from '../../tools/tool.ts'
import { installedIn } from './running-file.ts'
import { standalone } from './version.ts'

/*
 * Our commands as this installation has them: run by Node, and, where the package for this platform is installed along,
 * by the standalone executable, which starts several times as fast and goes first.
 */

const executable = process.platform === 'win32' ? 'credbridge.exe' : 'credbridge'

type Environment = Readonly<Record<string, string | undefined>>

/** One of our commands by absolute path, preferably that of the standalone executable. */
export function ourCommand(command: string, env: Environment): string | undefined {
  return folders()
    .map((folder) => commandOf(folder, command, env))
    .find((path) => path !== undefined)
}

/** Whether a program is of this very installation, in either form. */
export function isOurs(program: string): boolean {
  return folders().some((folder) => leadsInto(program, folder))
}

/**
 * What makes PATH lead to the standalone executable where it leads to us by Node: npm's link to our file becomes one to
 * the executable. Nothing where there is none, where that is so, or where the link is not ours to change.
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

/** The link on PATH that leads into the installation, because it survives upgrades; else the file or link beside it. */
function commandOf(folder: string, command: string, env: Environment): string | undefined {
  const onPath = programsOnPath(command, env).find((path) => leadsInto(path, folder))
  if (onPath !== undefined) return onPath
  const beside = ['', '.cjs', '.exe'].map((ending) => join(folder, command + ending))
  return [...beside, linkOfPackage(folder, command)].find((path) => isRunnable(path) && leadsInto(path, folder))
}

function leadsInto(path: string, folder: string): boolean {
  return realpathSync(path).startsWith(realpathSync(folder) + sep)
}

/** npm links the commands of a package in a scope: node_modules/@credbridge/linux-x64, node_modules/.bin. */
function linkOfPackage(folder: string, command: string): string {
  return join(folder, '..', '..', '.bin', command)
}

/** Where a package with the executable for this platform lies: below our package, or beside it. */
function platformPackages(dist: string): readonly string[] {
  const own = dirname(dist)
  const name = `${process.platform}-${process.arch}`
  return [join(own, 'node_modules'), dirname(own)]
    .flatMap((modules) => [name, `${name}-musl`].map((it) => join(modules, '@credbridge', it)))
    .filter((folder) => isRunnable(join(folder, executable)))
}
