import { join } from 'node:path'
import type { World } from '../tool.ts'
import type { Setting } from './npmrc.ts'

/*
 * What npm uses where neither user nor project says otherwise: its built-in registry and those of the machine's global
 * configuration. npm itself is asked once, which takes a quarter of a second, and its answer is kept.
 */

/** The registries that npm names by itself; none if there is no npm to be asked. */
export async function machineRegistries(world: World): Promise<readonly Setting[]> {
  const kept = world.files.read(fileFor(world))
  if (kept !== undefined) return parsed(kept)
  const npm = world.program('npm')
  return npm === undefined ? [] : await askAgain(world, npm)
}

/** Asks npm and keeps the answer. */
export async function askAgain(world: World, npm: string): Promise<readonly Setting[]> {
  const ran = await world.run(npm, ['config', 'list', '--json'], {
    env: { npm_config_userconfig: join(world.places.state, 'no-such-file'), npm_config_registry: '' },
    limit: 20_000,
  })
  const settings = ran.exitCode === 0 ? parsed(ran.stdout) : []
  if (settings.length > 0) {
    world.files.write(fileFor(world), `${JSON.stringify(Object.fromEntries(settings.map((s) => [s.key, s.value])))}\n`)
  }
  return settings
}

function fileFor({ places }: World): string {
  return join(places.state, 'npm-registries.json')
}

function parsed(text: string): readonly Setting[] {
  let all: unknown
  try {
    all = JSON.parse(text)
  } catch {
    return []
  }
  if (typeof all !== 'object' || all === null) return []
  return Object.entries(all).flatMap(([key, value]): Setting[] => {
    const isRegistry = key === 'registry' || (key.startsWith('@') && key.endsWith(':registry'))
    return isRegistry && typeof value === 'string' ? [{ key, value }] : []
  })
}
