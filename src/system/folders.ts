import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'

/** The folders of credbridge's own files. All paths are absolute. */
export interface Folders {
  readonly home: string
  /** Settings, written by a person. */
  readonly config: string
  /** Data that must not be lost: the vault, the keychain's index. */
  readonly data: string
  /** Data of this machine only: the name of the settled store, the vault's key file. */
  readonly state: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The XDG folders; on macOS and Windows the usual ones of these systems. A relative path in the environment is ignored,
 * as the XDG specification asks: it would be read from the working directory. A user without a home: `unavailable`.
 */
export function foldersOf(env: Environment, platform: string, userId: number): Folders {
  const home = absolute(env['HOME']) ?? homeOf(userId)
  const inHome = (variable: string, ...path: string[]) =>
    join(absolute(env[variable]) ?? join(home, ...path), 'credbridge')
  if (platform === 'win32') {
    const local = inHome('LOCALAPPDATA', 'AppData', 'Local')
    return { home, config: inHome('APPDATA', 'AppData', 'Roaming'), data: local, state: local }
  }
  const support = platform === 'darwin' ? ['Library', 'Application Support'] : undefined
  return {
    home,
    config: inHome('XDG_CONFIG_HOME', '.config'),
    data: inHome('XDG_DATA_HOME', ...(support ?? ['.local', 'share'])),
    state: inHome('XDG_STATE_HOME', ...(support ?? ['.local', 'state'])),
  }
}

/** `docker run --user 54321` makes a user that no file knows; then neither of these has an answer. */
function homeOf(userId: number): string {
  try {
    return absolute(homedir()) ?? userInfo().homedir
  } catch (error) {
    const who = `user ${userId} is not among the users of this machine`
    throw new Failure('unavailable', `there is no home folder: HOME is not set, and ${who}`, {
      hints: [hint`export HOME=/path/to/a/folder`],
      cause: error,
    })
  }
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined
}
