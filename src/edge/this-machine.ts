import { join } from 'node:path'
import type { Machine } from '../system/machine.ts'
import { userFiles } from '../system/user-files.ts'
import { windowsCommands } from './installation/on-windows.ts'
import { ownCommand, relinkIn, wrappersIn } from './installation/own-commands.ts'
import { installedIn } from './installation/running-file.ts'
import { shippedProgram } from './installation/shipped.ts'
import { standalone } from './installation/version.ts'
import { launcherPart } from './launcher-machine.ts'

/** The real machine. */
export async function thisMachine(say?: Machine['say']): Promise<Machine> {
  const windows = await windowsCommands()
  const part = launcherPart(windows, say)
  const { env, userId, platform, processId } = part
  const files = userFiles({ userId, platform, processId, launchers: windows?.launchers })
  const places = () => part.folders
  const machine: Machine = Object.assign(part, {
    files,
    ownCommand: (command: string) => ownCommand(command, env, places, windows),
    relink: (commands: readonly string[]) => relinkIn(places, commands, env, files, windows),
    async compile(commands: readonly string[]) {
      if (!standalone) (await import('./installation/compiled-code.ts')).compileCommands(commands, installedIn())
    },
    wrappers: wrappersIn(places, env, files, windows),
    shippedProgram,
    shippedFile: (name: string) => files.read(join(installedIn(), name)),
    whole: async () => machine,
  })
  return machine
}
