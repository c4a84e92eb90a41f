import { join } from 'node:path'
import type { KeychainAddon } from '../../system/machine.ts'
import { installedIn } from './running-file.ts'
import { runtime } from './version.ts'

/**
 * The keychain's addon: from beside an executable that Bun compiled, else from the installed package. The executable never
 * unpacks one, because that would put code into a temporary folder. What it throws means that there is none here.
 */
export async function loadAddon(): Promise<KeychainAddon> {
  if (runtime !== 'bun') return import('@napi-rs/keyring')
  const module = { exports: {} as KeychainAddon }
  process.dlopen(module, join(installedIn(), 'keyring.node'))
  return module.exports
}
