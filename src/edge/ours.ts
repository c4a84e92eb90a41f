import { realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { installedIn } from './installed.ts'
import { isRunnable, programsOnPath } from './programs.ts'
import { standalone } from './version.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * One of our commands by absolute path: that of the standalone executable where it is installed with us, because it
 * starts several times as fast, else one of the running installation.
 */
export function ourCommand(command: string, env: Environment): string | undefined {
  const running = installedIn()
  const folders = standalone ? [running] : [...platformPackages(running), running]
  return folders.map((folder) => commandOf(folder, command, env)).find((path) => path !== undefined)
}

/** The link on PATH that leads into the installation, because it survives upgrades; else the file or link beside it. */
function commandOf(folder: string, command: string, env: Environment): string | undefined {
  const inside = (path: string) => realpathSync(path).startsWith(realpathSync(folder) + sep)
  const onPath = programsOnPath(command, env).find(inside)
  if (onPath !== undefined) return onPath
  const beside = ['', '.cjs', '.exe'].map((ending) => join(folder, command + ending))
  return [...beside, linkOfPackage(folder, command)].find((path) => isRunnable(path) && inside(path))
}

/** npm links the commands of a package in its scope: node_modules/@credbridge/linux-x64, node_modules/.bin. */
function linkOfPackage(folder: string, command: string): string {
  return join(folder, '..', '..', '.bin', command)
}

/** Where a package with the standalone executable for this platform would be: below our package, or beside it. */
function platformPackages(dist: string): readonly string[] {
  const own = dirname(dist)
  const name = `${process.platform}-${process.arch}`
  return [join(own, 'node_modules'), dirname(own)]
    .flatMap((modules) => [name, `${name}-musl`].map((it) => join(modules, '@credbridge', it)))
    .filter((folder) => isRunnable(join(folder, process.platform === 'win32' ? 'credbridge.exe' : 'credbridge')))
}
