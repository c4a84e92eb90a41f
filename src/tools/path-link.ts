import { isAbsolute, join } from 'node:path'
import type { Change, Machine } from './tool.ts'

/*
 * Some clients find a command by its name on PATH. For them, setup links our command into one of the user's own folders
 * on PATH. It never uses a folder that other users share, or one in which another user could replace the link.
 */

/** The absolute folders of PATH, in order. */
export function foldersOnPath({ env, platform }: Machine): readonly string[] {
  return (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':').filter(isAbsolute)
}

/** The folders on PATH that belong to the user alone, the usual ones first. */
export function ownFolders(machine: Machine): readonly string[] {
  const inHome = join(machine.home, '/')
  const own = [...new Set(foldersOnPath(machine))].filter(
    (path) => path.startsWith(inHome) && machine.files.isOwnFolder(path),
  )
  const usual = [join(machine.home, '.local', 'bin'), join(machine.home, 'bin')].filter((path) => own.includes(path))
  return [...usual, ...own.filter((path) => !usual.includes(path))]
}

/** The file name of a command in a folder on PATH. */
export function fileName(name: string, { platform }: Machine): string {
  return platform === 'win32' ? `${name}.exe` : name
}

/** The target of a link of ours; `undefined` if it is none. */
export function leadsTo(machine: Machine, path: string): string | undefined {
  return machine.files.linkedTo(path)
}

export function linking(machine: Machine, path: string, to: string): Change {
  return { says: `${path} leads to ${to}`, apply: () => machine.files.link(path, to) }
}

export function unlinking(machine: Machine, path: string): Change {
  return { says: `remove ${path}`, apply: () => machine.files.remove(path) }
}

/**
 * Links those commands of ours that clients find by name into a folder of the user's own. Such a folder is on the PATH
 * of a desktop session, which has neither Node nor the folder of npm's links. No link is made if PATH already leads to
 * a command that starts without Node, or if another file has the name.
 */
export function linkingByName(machine: Machine, commands: readonly string[]): readonly Change[] {
  const [folder] = ownFolders(machine)
  return commands.flatMap((command) => {
    const ours = machine.ownCommand(command)
    const found = machine.program(command)
    if (folder === undefined || ours === undefined || found === undefined) return []
    // There what PATH leads to starts without Node on PATH, too (edge/installation/windows-commands.ts).
    if (machine.platform === 'win32' && machine.isOwnProgram(found)) return []
    const path = join(folder, fileName(command, machine))
    const isTaken = machine.files.exists(path) || leadsTo(machine, path) !== undefined
    return found === ours || leadsTo(machine, found) === ours || isTaken ? [] : [linking(machine, path, ours)]
  })
}

/** Removes those links. */
export function unlinkingByName(machine: Machine, commands: readonly string[]): readonly Change[] {
  return ownFolders(machine).flatMap((folder) =>
    commands.flatMap((command) => {
      const path = join(folder, fileName(command, machine))
      const to = leadsTo(machine, path)
      return to !== undefined && to === machine.ownCommand(command) ? [unlinking(machine, path)] : []
    }),
  )
}
