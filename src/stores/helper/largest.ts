import type { Store } from '../../core/store.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { entryFor, valueFor } from './server-entry.ts'

/**
 * The largest secret of some helpers' keychains, in bytes. Windows' Credential Manager:
 * https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw
 */
const largest: Readonly<Record<string, number>> = { wincred: 2_560 }

/** The helper's store. A secret that is too large for the helper's keychain is sealed in a file. */
export async function sealedFor(name: string, store: Store, machine: ClientMachine): Promise<Store> {
  const most = largest[name]
  if (most === undefined) return store
  const [{ withSealing }, { sealingOptions }] = await Promise.all([
    import('../vault/sealing.ts'),
    import('../vault/machine-options.ts'),
  ])
  return withSealing(
    { ...store, traits: { ...store.traits, largest: most } },
    { ...sealingOptions(machine), sizeOf: (item) => Buffer.byteLength(valueFor(item, entryFor(item))) },
  )
}
