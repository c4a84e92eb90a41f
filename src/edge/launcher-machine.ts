import type { LauncherMachine } from '../system/machine.ts'
import { readableFiles } from '../system/readable-files.ts'
import { clientPart } from './client-machine.ts'
import { isOwnProgram } from './installation/own-program.ts'
import type { WindowsCommands } from './installation/windows-commands.ts'

/** What the launch of a tool's program uses of the real machine, but for the rest of it. */
export function launcherPart(
  windows: WindowsCommands | undefined,
  say?: LauncherMachine['say'],
): Omit<LauncherMachine, 'whole'> {
  const part = clientPart(say)
  return Object.assign(part, {
    files: readableFiles(windows?.launchers),
    isOwnProgram: (program: string) => isOwnProgram(program, () => part.folders, windows),
  })
}
