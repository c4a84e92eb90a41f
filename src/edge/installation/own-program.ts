import { dirname, join, sep } from 'node:path'
import type { Folders } from '../../system/folders.ts'
import { executable, leadsTo, resolved } from './executable.ts'
import { installedIn } from './running-file.ts'
import { standalone } from './version.ts'
import type { WindowsCommands } from './windows-commands.ts'

/** Whether a program belongs to this installation. */
export function isOwnProgram(program: string, folders: () => Folders, windows: WindowsCommands | undefined): boolean {
  const file = executable()
  const isOurs = (path: string) =>
    (file !== undefined && (leadsTo(path, file) || (windows !== undefined && leadsInto(path, dirname(file))))) ||
    (!standalone && leadsInto(path, installedIn())) ||
    leadsInto(path, wrapperFolder(folders))
  if (isOurs(program)) return true
  const started = windows?.startedBy(program)
  return started !== undefined && isOurs(started)
}

/** Where the wrappers of this installation are. */
export function wrapperFolder(folders: () => Folders): string {
  return join(folders().data, 'commands')
}

function leadsInto(path: string, folder: string): boolean {
  const within = resolved(folder)
  return within !== undefined && resolved(path)?.startsWith(within + sep) === true
}
