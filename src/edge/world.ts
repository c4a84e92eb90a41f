import { join } from 'node:path'
import type { World } from '../tools/tool.ts'
import { files } from './files.ts'
import { installedIn } from './installed.ts'
import { direct, isOurs, ourCommand } from './ours.ts'
import { placesOf } from './places.ts'
import { programsOnPath } from './programs.ts'

/** The real world: this process's environment, this machine's programs and files. */
export function thisWorld(): World {
  const env = process.env
  const places = placesOf(env, process.platform)
  return {
    env,
    platform: process.platform,
    home: places.home,
    userId: process.getuid?.() ?? -1,
    folder: process.cwd(),
    places,
    ours: (command) => ourCommand(command, env),
    isOurs,
    direct: (commands) => direct(commands, env),
    program: (name) => programsOnPath(name, env)[0],
    run: async (...call) => (await import('./child.ts')).run(...call),
    shipped: (name) => files.read(join(installedIn(), name)),
    files,
  }
}
