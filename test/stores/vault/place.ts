import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Failure } from '../../../src/core/failure.ts'
import type { Store } from '../../../src/core/store.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { askedBy, someone } from '../../asker.ts'

/** A folder for one test, removed at its end. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'credbridge-vault-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The options for a vault and its key file in this folder, for the user who runs the test. */
export function vaultIn(folder: string, more: Partial<VaultOptions> = {}): VaultOptions {
  const uid = process.getuid?.()
  return {
    folder: join(folder, 'data', 'vault'),
    keyFile: join(folder, 'state', 'vault.key'),
    now: Date.now,
    ...(uid === undefined ? {} : { uid }),
    ...more,
  }
}

/** The vault's store, with an asker whose passphrase comes from these options. */
export function storeOf(options: VaultOptions): Store {
  const { ask } = options
  if (ask === undefined) return vaultStore(options)
  const answer = async () => (await ask(0)) ?? expect.unreachable('nothing was typed')
  return askedBy({ ask: answer }, vaultStore(options))
}

/** Cleans up as doctor does. Returns the failures of unreadable records. */
export async function checkVault(options: VaultOptions): Promise<readonly Failure[] | undefined> {
  const store = storeOf(options)
  await store.tidy?.(someone)
  return store.problems?.(someone)
}
