import { Failure } from '../../core/failure.ts'
import { type Lock, withLock } from '../../system/lock.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import type { VaultOptions } from './options.ts'

const patience = 5_000

/** Does something to the vault's header that no other process may do at the same time. Records can be read meanwhile. */
export async function changing<T>(
  options: VaultOptions,
  act: (header: Header, lock: Lock) => Promise<T>,
  wait = patience,
): Promise<T> {
  const { folder, uid, processId } = options
  if (readHeader(options) === undefined) throw noVault(options)
  const busy = 'another command is changing the vault'
  const known = processId === undefined ? {} : { processId }
  return withLock({ folder, name: 'vault', userId: uid }, { wait, busy, ...known }, (lock) => {
    const header = readHeader(options)
    if (header === undefined) throw noVault(options)
    return act(header, lock)
  })
}

function noVault({ folder }: VaultOptions): Failure {
  return new Failure('unavailable', `there is no vault in ${folder} yet`, {
    hints: ['credbridge vault add-slot passphrase', 'save something, and a vault with a key file is made'],
  })
}
