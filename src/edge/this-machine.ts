import { join } from 'node:path'
import { readDescriptor } from '../system/descriptor.ts'
import { foldersOf } from '../system/folders.ts'
import type { Machine } from '../system/machine.ts'
import { programsOnPath } from '../system/programs.ts'
import { type Binding, socketConnector } from '../system/unix-socket-pipe.ts'
import { userFiles } from '../system/user-files.ts'
import { direct, isOurs, ourCommand } from './installation/own-commands.ts'
import { installedIn } from './installation/running-file.ts'
import { write } from './stdio.ts'

/** What this process and this machine offer. */
export function thisMachine(): Machine {
  const { env, platform } = process
  const userId = process.getuid?.() ?? -1
  const places = foldersOf(env, platform)
  const files = userFiles({ userId, platform, processId: process.pid })
  return {
    env,
    platform,
    userId,
    processId: process.pid,
    home: places.home,
    places,
    folder: process.cwd(),
    files,
    run: async (...call) => (await import('../system/child.ts')).runIn(env)(...call),
    program: (name) => programsOnPath(name, env)[0],
    ours: (command) => ourCommand(command, env),
    isOurs,
    direct: (commands) => direct(commands, env, files),
    shipped: (name) => files.read(join(installedIn(), name)),
    addon: async () => (await import('./installation/addon.ts')).loadAddon(),
    connector: () => socketConnector((process as { binding?: Binding }).binding?.bind(process)),
    setVariable(name, value) {
      process.env[name] = value
    },
    readDescriptor,
    say: (line) => write(2, `credbridge: ${line}\n`),
  }
}
