import type { WindowsCommands } from './windows-commands.ts'

/** How commands are started on Windows, and hints are said there; `undefined` on any other system. */
export async function windowsCommands(): Promise<WindowsCommands | undefined> {
  return process.platform === 'win32' ? import('./windows-commands.ts') : undefined
}
