import { isAbsolute, join } from 'node:path'

/** The part of the machine that concerns Python's keyring. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  readonly home: string
  readonly files: { exists(path: string): boolean }
}

type Somewhere = Pick<Machine, 'env' | 'platform' | 'home'>

/** The folder of keyringrc.cfg, which names the backend of Python's keyring (keyring/util/platform_.py). */
export function configFile(machine: Somewhere): string {
  return join(root(machine, 'XDG_CONFIG_HOME', '.config'), 'keyringrc.cfg')
}

/** The folder of the data of keyring's file backends. */
export function dataRoot(machine: Somewhere): string {
  return root(machine, 'XDG_DATA_HOME', '.local', 'share')
}

function root({ env, platform, home }: Somewhere, variable: string, ...usual: string[]): string {
  if (platform === 'win32')
    return join(absolute(env['LOCALAPPDATA']) ?? absolute(env['ProgramData']) ?? home, 'Python Keyring')
  return join(absolute(env[variable]) ?? join(home, ...usual), 'python_keyring')
}

/** A path from the environment; `undefined` if it is relative to the working directory. */
export function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}
