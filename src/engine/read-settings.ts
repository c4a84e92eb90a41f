import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { asFailure, Failure, withHints } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { isMissing } from '../system/disk-failure.ts'
import type { Folders } from '../system/folders.ts'
import type { Settings } from './settings.ts'

const usual: Settings = {
  stores: undefined,
  recoverHours: 24,
  aliases: {},
  tokenUser: 'oauth2',
  vaultKeyFile: undefined,
  httpCaFile: undefined,
  signIn: {},
  secretServiceSession: 'plain',
  audit: false,
  openbao: undefined,
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
  const file = settingsFile(places)
  const text = contentOf(file)
  const settings = text === undefined ? usual : await settingsIn(file, text)
  const store = env['CREDBRIDGE_STORE']
  return store === undefined || store === '' ? settings : { ...settings, stores: [store] }
}

async function settingsIn(file: string, text: string): Promise<Settings> {
  const { parseSettings } = await import('./settings-file.ts')
  return parseSettings(text, usual).catch((error) => {
    throw withHints(asFailure(error), [hint`correct it in ${file}`])
  })
}

function contentOf(file: string): string | undefined {
  try {
    return isThere(file) ? readFileSync(file, 'utf8') : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Failure('unavailable', `the settings file ${file} cannot be read`, { cause: error })
  }
}

/** Most people have no such file, and an exception costs more than the question. */
function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined
}
