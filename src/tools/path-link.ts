import { isAbsolute, join } from 'node:path'
import type { Change, World } from './tool.ts'

/*
 * Some clients find a command by its name on PATH. For them, setup links our command into one of the user's own folders
 * on PATH. It never uses a folder that other users share, or one in which another user could replace the link.
 */

/** The absolute folders of PATH, in order. */
export function foldersOnPath({ env, platform }: World): readonly string[] {
  return (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':').filter(isAbsolute)
}

/** The folders on PATH that belong to the user alone, the usual ones first. */
export function ownFolders(world: World): readonly string[] {
  const inHome = join(world.home, '/')
  const own = [...new Set(foldersOnPath(world))].filter((path) => path.startsWith(inHome) && world.files.isOurs(path))
  const usual = [join(world.home, '.local', 'bin'), join(world.home, 'bin')].filter((path) => own.includes(path))
  return [...usual, ...own.filter((path) => !usual.includes(path))]
}

/** The file name of a command in a folder on PATH. */
export function fileName(name: string, { platform }: World): string {
  return platform === 'win32' ? `${name}.cmd` : name
}

/** The target of a link of ours; `undefined` if it is none. On Windows the link is a file of one line. */
export function leadsTo(world: World, path: string): string | undefined {
  if (world.platform !== 'win32') return world.files.linkedTo(path)
  return /^@"([^"]+)" %\*/.exec(world.files.read(path) ?? '')?.[1]
}

export function linking(world: World, path: string, to: string): Change {
  const says = `${path} leads to ${to}`
  if (world.platform !== 'win32') return { says, apply: () => world.files.link(path, to) }
  return { says, apply: () => world.files.write(path, `@"${to}" %*\r\n`) }
}

export function unlinking(world: World, path: string): Change {
  return { says: `remove ${path}`, apply: () => world.files.remove(path) }
}

/**
 * Links those commands of ours that clients find by name into a folder of the user's own. Such a folder is on the PATH
 * of a desktop session, which has neither Node nor the folder of npm's links. No link is made if PATH already leads to
 * a command that starts without Node, or if another file has the name.
 */
export function linkingByName(world: World, commands: readonly string[]): readonly Change[] {
  const [folder] = ownFolders(world)
  return commands.flatMap((command) => {
    const ours = world.ours(command)
    const found = world.program(command)
    if (folder === undefined || ours === undefined || found === undefined) return []
    const path = join(folder, fileName(command, world))
    const isTaken = world.files.exists(path) || leadsTo(world, path) !== undefined
    return found === ours || leadsTo(world, found) === ours || isTaken ? [] : [linking(world, path, ours)]
  })
}

/** Removes those links. */
export function unlinkingByName(world: World, commands: readonly string[]): readonly Change[] {
  return ownFolders(world).flatMap((folder) =>
    commands.flatMap((command) => {
      const path = join(folder, fileName(command, world))
      const to = leadsTo(world, path)
      return to !== undefined && to === world.ours(command) ? [unlinking(world, path)] : []
    }),
  )
}
