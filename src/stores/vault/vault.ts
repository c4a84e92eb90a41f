import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import type { VaultKey } from './key.ts'
import { type Opened, openVault } from './open.ts'
import type { Ask, VaultOptions } from './options.ts'
import { type Tree, treeOf } from './tree.ts'

/** An open vault. */
export interface Session {
  readonly key: VaultKey
  readonly tree: Tree
}

/** A vault that is opened for each use. */
export interface Vault {
  /** Runs `act`; `undefined` if there is no vault. Runs it again if a rekey has replaced the records meanwhile. */
  reading<T>(act: (session: Session) => T, ask: Ask | undefined): Promise<T | undefined>
  /**
   * Runs `act`; `undefined` if `counts` is false for the header afterwards. Then results and failures are discarded.
   */
  inStep<T>(
    act: (session: Session) => T,
    header: Header,
    ask: Ask | undefined,
    counts: (now: Header | undefined) => boolean,
    writes?: 'writes',
  ): Promise<{ readonly result: T } | undefined>
}

/** How often work is tried that a rekey invalidates. */
export const attempts = 100

export function vaultAt(options: VaultOptions): Vault {
  let opened: (Opened & { readonly of: string }) | undefined

  async function open(header: Header, ask: Ask | undefined): Promise<Session> {
    const of = `${header.id} ${header.keyId}`
    // The kernel's keyring is read each time, because `lock` and the end of the period must take effect at once.
    if (opened?.of !== of || opened.by === 'kernel-keyring') {
      opened = { ...(await openVault(header, { ...options, ...(ask === undefined ? {} : { ask }) })), of }
    }
    return { key: opened.key, tree: treeOf(options, header) }
  }

  async function reading<T>(act: (session: Session) => T, ask: Ask | undefined): Promise<T | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const header = readHeader(options)
      if (header === undefined) return undefined
      const reached = await inStep(act, header, ask, (now) => now?.records === header.records)
      if (reached !== undefined) return reached.result
    }
    throw busy()
  }

  const inStep: Vault['inStep'] = async (act, header, ask, counts, writes) => {
    try {
      const session = await open(header, ask)
      // Opening may have waited for a person or an agent. Records that a rekey has copied meanwhile must not change.
      if (writes && !counts(readHeader(options))) return undefined
      const result = act(session)
      return counts(readHeader(options)) ? { result } : undefined
    } catch (error) {
      if (isFailure(error) && !counts(readHeader(options))) return undefined
      throw error
    }
  }

  return { reading, inStep }
}

/** The failure if rekeys invalidate every attempt. */
export function busy(): Failure {
  return new Failure('unavailable', 'the vault is being rekeyed again and again', { hints: [hint`try again`] })
}
