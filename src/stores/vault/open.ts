import { Failure, isFailure } from '../../core/failure.ts'
import { fault } from './faults.ts'
import type { Header } from './header.ts'
import { type VaultKey, vaultKey } from './key.ts'
import type { VaultOptions } from './options.ts'
import { isKeyFileSlot, nextKeyFile, readKeyFile } from './slots/key-file.ts'
import { openSlot } from './slots/slot.ts'
import type { Opener, Way } from './way.ts'

export interface Opened {
  readonly key: VaultKey
  readonly by: Opener
}

/** In the order in which they are tried: first the one that needs no person. The others are loaded when it fails. */
async function* ways(): AsyncGenerator<readonly [Opener, Way]> {
  yield ['key-file', byKeyFile]
  yield* (await import('./open-otherwise.ts')).otherWays
}

/**
 * Opens the vault in the first way that works. If none does, throws the first failure, with the hints of all. An unsafe
 * or damaged file is thrown at once.
 */
export async function openVault(header: Header, options: VaultOptions): Promise<Opened> {
  const failures: Failure[] = []
  for await (const [by, way] of ways()) {
    try {
      const bytes = await way(header, options)
      if (bytes === undefined) continue
      return { key: keyOf(header, bytes, options), by }
    } catch (error) {
      if (!isFailure(error) || !['locked', 'unavailable', 'timeout'].includes(error.code)) throw error
      failures.push(error)
    }
  }
  const [first] = failures
  const hints = [...new Set(failures.flatMap((failure) => failure.hints))]
  throw new Failure(first?.code ?? 'locked', first?.message ?? 'nothing here can open the vault', { hints })
}

function keyOf(header: Header, bytes: Buffer, { folder }: VaultOptions): VaultKey {
  const key = vaultKey(bytes)
  if (key.id.toString('hex') !== header.keyId) throw fault('tampered', `${folder}/vault.json`)
  return key
}

async function byKeyFile(header: Header, { keyFile, uid }: VaultOptions): Promise<Buffer | undefined> {
  const slots = header.slots.filter(isKeyFileSlot)
  if (slots.length === 0) return undefined
  let found = false
  // A rekey that was killed after it wrote the header leaves the new secret beside the old key file. A rekey that ends
  // now
  // may rename it between two reads, so the key file is read again.
  for (const path of [keyFile, nextKeyFile(keyFile, header.keyId), keyFile]) {
    const secret = readKeyFile(path, uid)
    if (secret === undefined) continue
    found = true
    for (const slot of slots) {
      const key = openSlot(header.id, slot, secret)
      if (key !== undefined) return key
    }
  }
  throw fault(found ? 'wrong-key' : 'key-missing', keyFile)
}
