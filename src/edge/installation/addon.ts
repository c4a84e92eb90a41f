import { join } from 'node:path'
import type { KeychainAddon } from '../../system/machine.ts'
import { installedIn } from './running-file.ts'
import { runtime } from './version.ts'

/**
 * Loads the keychain's addon from the installed package; an executable that Bun compiled loads it from its own folder.
 * It never unpacks one, because that would write code into a temporary folder. Throws if there is no addon for this
 * system.
 */
export async function loadAddon(): Promise<KeychainAddon> {
  if (runtime !== 'bun') return import('@napi-rs/keyring')
  const module = { exports: {} as KeychainAddon }
  process.dlopen(module, join(installedIn(), 'keyring.node'))
  return module.exports
}
