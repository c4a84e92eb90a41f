import { isAbsolute, join } from 'node:path'
import type { Change, World } from './tool.ts'

/*
 * Some clients run what they find by its name on PATH. There we put a link to our command, into a folder of the user's own: one
 * that others have on their PATH, too, is not ours to fill. Nobody else may be able to put another program there.
 */

/** The folders of PATH, in order. */
export function foldersOnPath({ env, platform }: World): readonly string[] {
  return (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':').filter(isAbsolute)
}

/** The user's own among them, the usual ones first. */
export function ownFolders(world: World): readonly string[] {
  const inHome = join(world.home, '/')
  const own = [...new Set(foldersOnPath(world))].filter((path) => path.startsWith(inHome) && world.files.isOurs(path))
  const usual = [join(world.home, '.local', 'bin'), join(world.home, 'bin')].filter((path) => own.includes(path))
  return [...usual, ...own.filter((path) => !usual.includes(path))]
}

/** How a command is named in a folder of PATH. */
export function fileName(name: string, { platform }: World): string {
  return platform === 'win32' ? `${name}.cmd` : name
}

/** What a link of ours leads to: the link itself says it, on Windows the only line of the file. */
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
 * Links to commands of ours that clients find by name, in a folder of the user's own: it is on the PATH of a desktop, which has
 * neither Node nor the folder of npm's links. None where PATH leads to what starts without Node, or where something else has the name.
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

/** Takes them away. */
export function unlinkingByName(world: World, commands: readonly string[]): readonly Change[] {
  return ownFolders(world).flatMap((folder) =>
    commands.flatMap((command) => {
      const path = join(folder, fileName(command, world))
      const to = leadsTo(world, path)
      return to !== undefined && to === world.ours(command) ? [unlinking(world, path)] : []
    }),
  )
}
