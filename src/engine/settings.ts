import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Aliases } from '../core/aliases.ts'
import { Failure } from '../core/failure.ts'
import type { Places } from '../system/folders.ts'

/** What a person has set. Read from the user's own file and environment, never from the working directory. */
export interface Settings {
  /** The stores to read from, in order; the first also takes what is saved. Absent: whatever was settled. */
  readonly stores: readonly string[] | undefined
  /** How long what a tool erased can be restored; 0 turns that off. */
  readonly recoverHours: number
  /** Hosts whose sign-in is another host's: from host to host, as the user wrote them. */
  readonly aliases: Aliases
  /** The key file of the vault, where it is not the usual one. */
  readonly vaultKeyFile: string | undefined
  /** How secrets cross the bus: `plain` trusts it, `dh` encrypts each exchange. */
  readonly secretServiceSession: 'plain' | 'dh'
}

const usual: Settings = {
  stores: undefined,
  recoverHours: 24,
  aliases: {},
  vaultKeyFile: undefined,
  secretServiceSession: 'plain',
}

export function settingsFile(places: Places): string {
  return join(places.config, 'config.toml')
}

/** The settings; a file that is not there means the usual ones, one that cannot be understood is `malformed`. */
export async function readSettings(
  places: Places,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const text = contentOf(settingsFile(places))
  const settings = text === undefined ? usual : await (await import('./settings-file.ts')).parseSettings(text, usual)
  const store = env['CREDBRIDGE_STORE']
  return store === undefined || store === '' ? settings : { ...settings, stores: [store] }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new Failure('unavailable', `the settings file ${file} cannot be read`, { cause: error })
  }
}
