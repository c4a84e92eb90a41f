import { realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { Failure } from '../core/failure.ts'
import type { World } from '../tools/tool.ts'
import { files } from './files.ts'
import { placesOf } from './places.ts'
import { isRunnable, programsOnPath } from './programs.ts'

/** The real world: this process's environment, this machine's programs and files. */
export function thisWorld(): World {
  const env = process.env
  const places = placesOf(env, process.platform)
  return {
    env,
    platform: process.platform,
    home: places.home,
    userId: process.getuid?.() ?? -1,
    places,
    ours: (command) => ourCommand(command, env),
    program: (name) => programsOnPath(name, env)[0],
    run: async (...call) => (await import('./child.ts')).run(...call),
    shipped: (name) => files.read(join(installedIn(), name)),
    files,
    keyringItems: async () => {
      throw new Failure('unsupported', 'there is no Secret Service here')
    },
  }
}

/**
 * One of our commands by absolute path: the link on PATH that leads into this very installation, because it survives
 * upgrades; else the file beside the running one.
 */
function ourCommand(command: string, env: NodeJS.ProcessEnv): string | undefined {
  const folder = installedIn()
  const onPath = programsOnPath(command, env).find((path) => realpathSync(path).startsWith(folder + sep))
  if (onPath !== undefined) return onPath
  return ['', '.cjs', '.exe'].map((ending) => join(folder, command + ending)).find(isRunnable)
}

/** The folder of the running program: `dist` of the package, or where the standalone executable lies. */
export function installedIn(): string {
  return dirname(realpathSync(process.argv[1] ?? process.execPath))
}
