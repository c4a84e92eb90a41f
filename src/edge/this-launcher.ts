import type { LauncherMachine } from '../system/machine.ts'
import { userFiles } from '../system/user-files.ts'
import { clientPart } from './client-machine.ts'
import { windowsCommands } from './installation/on-windows.ts'
import { isOwnProgram } from './installation/own-program.ts'

/** The real machine for the launch of a tool's program. */
export async function thisLauncherMachine(say?: LauncherMachine['say']): Promise<LauncherMachine> {
  const windows = await windowsCommands()
  const part = clientPart(say)
  const { platform, userId, processId } = part
  return Object.assign(part, {
    files: userFiles({ userId, platform, processId, launchers: windows?.launchers }),
    isOwnProgram: (program: string) => isOwnProgram(program, () => part.folders, windows),
    whole: async () => (await import('./this-machine.ts')).thisMachine(say),
  })
}
