import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { KeyringState } from '../real/session.ts'
import { startWorld, type World } from '../real/world.ts'

export const at = 'https://git.example.com'
export const said = 'credbridge: there is no keychain here: secrets are kept in the encrypted vault from now on'

export const start = (state: KeyringState) => startWorld(state, onTestFinished)

export function settled({ env }: World): string | undefined {
  const file = join(env['XDG_STATE_HOME'] ?? '', 'credbridge', 'store')
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

export function vaultOf({ env }: World): string {
  return join(env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
}

export function inKeyring(world: World): Promise<{ stdout: string }> {
  return world.run('secret-tool', ['search', '--all', '--unlock', 'application', 'credbridge'])
}

export const kept = { exitCode: 0, stderr: `kept for ${at}\n` }
