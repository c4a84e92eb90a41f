import type { LauncherMachine } from '../system/machine.ts'
import { windowsCommands } from './installation/on-windows.ts'
import { launcherPart } from './launcher-machine.ts'

/** The real machine for the launch of a tool's program. */
export async function thisLauncherMachine(): Promise<LauncherMachine> {
  return Object.assign(launcherPart(await windowsCommands()), {
    whole: async () => (await import('./this-machine.ts')).thisMachine(),
  })
}
