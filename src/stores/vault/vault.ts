import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Secret } from '../../core/secret.ts'
import type { Header } from './header.ts'
import { readHeader } from './header-file.ts'
import type { VaultKey } from './key.ts'
import { type Opened, openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import { type Tree, treeOf } from './tree.ts'

/** What can be done while the vault is open. */
export interface Session {
  readonly key: VaultKey
  readonly tree: Tree
}

/** Asks the person for the passphrase. */
export type Ask = () => Promise<Secret>

/** A vault's folder, opened for each use. */
export interface Vault {
  /** Reads; `undefined` where there is no vault. What a rekey took away meanwhile is read again in its new place. */
  reading<T>(act: (session: Session) => T, ask: Ask | undefined): Promise<T | undefined>
  /** What came of it; nothing if a rekey came in between, whatever was found, written or broken meanwhile. */
  inStep<T>(
    act: (session: Session) => T,
    header: Header,
    ask: Ask | undefined,
    counts: (now: Header | undefined) => boolean,
    writes?: 'writes',
  ): Promise<{ readonly result: T } | undefined>
}

/** How often something is tried again that a rekey has overtaken. */
export const attempts = 100

export function vaultAt(options: VaultOptions): Vault {
  let opened: (Opened & { readonly of: string }) | undefined

  async function open(header: Header, ask: Ask | undefined): Promise<Session> {
    const of = `${header.id} ${header.keyId}`
    // What the kernel's keyring keeps is asked each time: `lock` and the end of its time count at once.
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
      // Opening may have waited for a person or an agent, and what a rekey has copied meanwhile is not to change.
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

/** Said when rekeys overtake again and again. */
export function busy(): Failure {
  return new Failure('unavailable', 'the vault is being rekeyed again and again', { hints: [hint`try again`] })
}
