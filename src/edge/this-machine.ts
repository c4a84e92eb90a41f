import { join } from 'node:path'
import { placesOf } from '../system/folders.ts'
import { programsOnPath } from '../system/programs.ts'
import { userFiles } from '../system/user-files.ts'
import type { World } from '../tools/tool.ts'
import { direct, isOurs, ourCommand } from './installation/own-commands.ts'
import { installedIn } from './installation/running-file.ts'

/** The real world: this process's environment, this machine's programs and files. */
export function thisWorld(): World {
  const env = process.env
  const { platform } = process
  const userId = process.getuid?.() ?? -1
  const places = placesOf(env, platform)
  const files = userFiles({ userId, platform })
  return {
    env,
    platform,
    home: places.home,
    userId,
    folder: process.cwd(),
    places,
    ours: (command) => ourCommand(command, env),
    isOurs,
    direct: (commands) => direct(commands, env),
    program: (name) => programsOnPath(name, env, platform)[0],
    run: async (...call) => (await import('../system/child.ts')).runnerIn(env)(...call),
    shipped: (name) => files.read(join(installedIn(), name)),
    files,
  }
}
