import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isRunnable } from '../../system/programs.ts'
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

/** The folders of packages with the executable for this platform: below our package, or beside it. */
function platformPackages(dist: string): readonly string[] {
  const own = dirname(dist)
  const platform = `${process.platform}-${process.arch}`
  return [join(own, 'node_modules'), dirname(own)]
    .flatMap((modules) => [platform, `${platform}-musl`].map((it) => join(modules, '@credbridge', it)))
    .filter((folder) => isRunnable(join(folder, name)))
}
