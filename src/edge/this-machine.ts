import { join } from 'node:path'
import type { Machine } from '../system/machine.ts'
import { userFiles } from '../system/user-files.ts'
import { clientPart } from './client-machine.ts'
import { isOwnProgram, ownCommand, relinkIn, wrappersIn } from './installation/own-commands.ts'
import { installedIn } from './installation/running-file.ts'
import { shippedProgram } from './installation/shipped.ts'
import { standalone } from './installation/version.ts'
import { shippedLauncher } from './installation/windows-commands.ts'

/** The real machine. */
export function thisMachine(say?: Machine['say']): Machine {
  const part = clientPart(say)
  const { env, platform, userId, processId } = part
  const places = () => part.folders
  const files = userFiles({ userId, platform, processId, launcher: shippedLauncher })
  const machine: Machine = Object.assign(part, {
    files,
    ownCommand: (command: string) => ownCommand(command, env, places),
    isOwnProgram: (program: string) => isOwnProgram(program, places),
    relink: (commands: readonly string[]) => relinkIn(places, commands, env, files),
    async compile(commands: readonly string[]) {
      if (!standalone) (await import('./installation/compiled-code.ts')).compileCommands(commands, installedIn())
    },
    wrappers: wrappersIn(places, env, files),
    shippedProgram,
    shippedFile: (name: string) => files.read(join(installedIn(), name)),
    whole: async () => machine,
  })
  return machine
}
