import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { type Lock, withLock } from '../../system/lock.ts'
import { type Header, printHeader } from './header.ts'
import { headerPath, readHeader } from './header-file.ts'
import type { VaultOptions } from './options.ts'

const usualPatience = 5_000

/** The vault's header while no other process changes it. */
export interface HeaderChange {
  readonly header: Header
  /**
   * Throws if the lock was lost or the header has changed. Call it before each step that replaces or removes something.
   */
  check(): void
  /** Replaces the header, after the same check. */
  replace(header: Header): void
}

/** Changes the vault while no other process changes its header. Records can be read meanwhile. */
export async function changing<T>(options: VaultOptions, act: (change: HeaderChange) => Promise<T> | T): Promise<T> {
  const { folder, uid, processId, patience = usualPatience } = options
  if (readHeader(options) === undefined) throw noVault(options)
  const place = { folder, name: 'vault', userId: uid, processId }
  const terms = { wait: patience, busy: 'another command is changing the vault', guards: [headerPath(folder)] }
  return withLock(place, terms, async (lock) => {
    const change = changeUnder(lock, options)
    try {
      return await act(change)
    } catch (error) {
      // If another process has changed the vault, report that instead of its consequence.
      if (isFailure(error)) change.check()
      throw error
    }
  })
}

function changeUnder(lock: Lock, options: VaultOptions): HeaderChange {
  let header = readHeader(options)
  if (header === undefined) throw noVault(options)
  const path = headerPath(options.folder)

  function check(): void {
    lock.stillHeld()
    const now = readHeader(options)
    if (now !== undefined && header !== undefined && printHeader(now).equals(printHeader(header))) return
    throw new Failure('unavailable', `${path} was changed by a process that does not hold the vault's lock`, {
      hints: [hint`credbridge vault status`, hint`try again`],
    })
  }

  return {
    header,
    check,
    replace(next) {
      check()
      lock.replaceFile(path, printHeader(next))
      header = next
    },
  }
}

function noVault({ folder }: VaultOptions): Failure {
  return new Failure('unavailable', `there is no vault in ${folder} yet`, {
    hints: [hint`credbridge vault add-slot passphrase`, hint`or save a secret, which makes a vault with a key file`],
  })
}
