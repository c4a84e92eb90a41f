import { isAbsolute } from 'node:path'
import type { World } from '../../tool.ts'

export const key = 'global.keyring-provider'
export const wanted = 'subprocess'

/** Whether pip's configuration says that it asks a keyring command. */
export async function pipAsks(world: World): Promise<boolean> {
  const pip = program(world)
  return pip !== undefined && (await provider(world, pip)) === wanted
}

/** pip, or Python and the words that make it pip. */
export type Program = readonly [path: string, ...words: string[]]

/** pip on this machine. */
export function program(world: World): Program | undefined {
  const pip = world.program('pip') ?? world.program('pip3')
  if (pip !== undefined) return [pip]
  const python = world.program('python3') ?? world.program('python')
  return python === undefined ? undefined : [python, '-m', 'pip']
}

/** `pip config` on the user's own file. */
export function config(world: World, [path, ...words]: Program, ...what: string[]) {
  return world.run(path, [...words, 'config', '--user', ...what], {
    env: { PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    limit: 60_000,
  })
}

/**
 * The folder of pip's own commands. A keyring in there pip passes over, and takes the next on PATH
 * (pip/_internal/network/auth.py, KeyRingCliProvider).
 */
export async function ownFolder(world: World, [path, ...words]: Program): Promise<string | undefined> {
  const { stdout } = await world.run(path, [...words, 'debug'], { limit: 60_000 })
  const python = /^sys\.executable: (.+?)\r?$/m.exec(stdout)?.[1]
  if (python === undefined || !isAbsolute(python)) return undefined
  const asked = await world.run(python, ['-c', 'import sysconfig; print(sysconfig.get_path("scripts"))'])
  return asked.exitCode === 0 ? asked.stdout.trim() : undefined
}

/** What the user's own file says; nothing if it says nothing. */
export async function provider(world: World, pip: Program): Promise<string> {
  const ran = await config(world, pip, 'get', key)
  return ran.exitCode === 0 ? ran.stdout.trim() : ''
}
