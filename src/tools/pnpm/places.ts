import { isAbsolute, join } from 'node:path'
import type { LauncherMachine } from '../tool.ts'

/** The folder of pnpm's global configuration: https://pnpm.io/cli/config */
export function configFolder({ env, home, platform }: LauncherMachine): string {
  const named = env['XDG_CONFIG_HOME'] ?? ''
  if (isAbsolute(named)) return join(named, 'pnpm')
  if (platform === 'darwin') return join(home, 'Library', 'Preferences', 'pnpm')
  const local = env['LOCALAPPDATA'] ?? ''
  return platform === 'win32' && local !== '' ? join(local, 'pnpm', 'config') : join(home, '.config', 'pnpm')
}

/** The file in which pnpm 11 and later keep credentials. No other manager reads it. */
export function authFile(machine: LauncherMachine): string {
  return join(configFolder(machine), 'auth.ini')
}

/** The user's own npmrc, as pnpm finds it. */
export function userFile({ home }: LauncherMachine): string {
  return join(home, '.npmrc')
}
