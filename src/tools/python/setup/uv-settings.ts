import { join } from 'node:path'
import { parse } from 'smol-toml'
import { withBlock } from '../../block.ts'
import type { Machine } from '../../tool.ts'
import { absolute } from '../places.ts'

/** Our line. */
export const line = 'keyring-provider = "subprocess"'

/** Whether uv is configured to ask a keyring. */
export function uvAsks(machine: Machine): boolean {
  return asks(machine.files.read(settingsOf(machine)) ?? '') === true
}

/** The same for a file's text; `undefined` if it is not TOML. */
export function asks(text: string): boolean | undefined {
  try {
    return parse(text)['keyring-provider'] === 'subprocess'
  } catch {
    return undefined
  }
}

/** The text with our line. A line of the user with another value is commented out. */
export function asking(text: string): string {
  const table = text.split('\n').findIndex((one) => /^\s*\[/.test(one))
  const isProvider = (one: string, index: number) =>
    (table < 0 || index < table) && /^\s*(["']?)keyring-provider\1\s*=/.test(one)
  return withBlock(text, 0, [line], isProvider)
}

/** uv's settings file of this user. */
export function settingsOf({ env, home, platform }: Machine): string {
  const config =
    platform === 'win32'
      ? (absolute(env['APPDATA']) ?? join(home, 'AppData', 'Roaming'))
      : (absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config'))
  return join(config, 'uv', 'uv.toml')
}
