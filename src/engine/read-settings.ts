import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../core/failure.ts'
import { isMissing } from '../system/disk-failure.ts'
import type { Folders } from '../system/folders.ts'
import type { Settings } from './settings.ts'

const usual: Settings = {
  stores: undefined,
  recoverHours: 24,
  aliases: {},
  tokenUser: 'oauth2',
  vaultKeyFile: undefined,
  secretServiceSession: 'plain',
  tools: {},
  unknownKeys: [],
}

/** The path of the settings file. */
export function settingsFile(places: Folders): string {
  return join(places.config, 'config.toml')
}

/** The settings. No file: the default settings. An invalid file: `malformed`. */
export async function readSettings(
  places: Folders,
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
    if (isMissing(error)) return undefined
    throw new Failure('unavailable', `the settings file ${file} cannot be read`, { cause: error })
  }
}
