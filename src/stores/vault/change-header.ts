import { Failure, isFailure } from '../../core/failure.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import type { VaultOptions } from './options.ts'

/** How long a lock is believed that nobody has renewed. */
const stale = 20_000

/** Does something to the vault's header that no other process may do at the same time. Records can be read meanwhile. */
export async function changing<T>(options: VaultOptions, act: (header: Header) => Promise<T>): Promise<T> {
  if (readHeader(options) === undefined) throw noVault(options)
  const { lock } = await import('proper-lockfile')
  const release = await lock(options.folder, {
    lockfilePath: `${options.folder}/lock`,
    realpath: false,
    stale,
    retries: { retries: 10, minTimeout: 100, maxTimeout: 500 },
    // Without this it would throw where nobody can catch.
    onCompromised: () => {},
  }).catch((cause) => {
    if (isFailure(cause)) throw cause
    throw new Failure('unavailable', 'another command is changing the vault', { cause })
  })
  try {
    const header = readHeader(options)
    if (header === undefined) throw noVault(options)
    return await act(header)
  } finally {
    await release().catch(() => {
      // It has been held for too long and is somebody else's by now.
    })
  }
}

function noVault({ folder }: VaultOptions): Failure {
  return new Failure('unavailable', `there is no vault in ${folder} yet`, {
    hints: ['credbridge vault add-slot passphrase', 'save something, and a vault with a key file is made'],
  })
}
