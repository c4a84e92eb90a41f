import { join } from 'node:path'
import type { World } from '../../tool.ts'
import { absolute } from '../places.ts'

/** The line of ours. */
export const line = 'keyring-provider = "subprocess"'

/** Whether uv's settings say that it asks a keyring. */
export function uvAsks(world: World): boolean {
  return asks(world.files.read(settingsOf(world)) ?? '')
}

/** Whether this text says it. */
export function asks(text: string): boolean {
  const lines = text.split('\n')
  return lines.some((one, index) => isProvider(text)(one, index) && /=\s*['"]subprocess['"]/.test(one))
}

/** A key before the first table. */
export function isProvider(text: string): (line: string, index: number) => boolean {
  const table = text.split('\n').findIndex((one) => /^\s*\[/.test(one))
  return (one, index) => (table < 0 || index < table) && /^\s*keyring-provider\s*=/.test(one)
}

/** uv's settings file of this user. */
export function settingsOf({ env, home, platform }: World): string {
  const config =
    platform === 'win32'
      ? (absolute(env['APPDATA']) ?? join(home, 'AppData', 'Roaming'))
      : (absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config'))
  return join(config, 'uv', 'uv.toml')
}
