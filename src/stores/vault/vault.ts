import { Failure, isFailure } from '../../core/failure.ts'
import type { Header } from './header.ts'
import { createVault, readHeader } from './header-file.ts'
import type { VaultKey } from './key.ts'
import { type Opened, openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import { forKeyFile } from './slots/key-file.ts'
import { sweep } from './sweep.ts'
import { type Tree, treeOf } from './tree.ts'

/** What can be done while the vault is open. */
export interface Session {
  readonly key: VaultKey
  readonly tree: Tree
}

/** A vault's folder: opened for each use, and made when something is to be kept. */
export interface Vault {
  /** Reads; `undefined` where there is no vault. What a rekey took away meanwhile is read again in its new place. */
  reading<T>(act: (session: Session) => T, asking?: 'may-ask' | 'never-ask'): Promise<T | undefined>
  /** Writes, in the vault or, where there is none, nowhere: `undefined`. What a rekey overtook is done again. */
  writing<T>(act: (session: Session) => T): Promise<T | undefined>
  /** Writes, and makes the vault with a key file as its only slot where there is none. */
  keeping<T>(act: (session: Session) => T): Promise<T>
}

const attempts = 100
const pause = 50

export function vaultAt(options: VaultOptions): Vault {
  let opened: (Opened & { readonly of: string }) | undefined

  async function open(header: Header, asking: boolean): Promise<Session> {
    const of = `${header.id} ${header.keyId}`
    // What the kernel's keyring keeps is asked each time: `lock` and the end of its time count at once.
    if (opened?.of !== of || opened.by === 'kernel-keyring') {
      const { ask, ...others } = options
      opened = { ...(await openVault(header, ask !== undefined && asking ? options : others)), of }
    }
    return { key: opened.key, tree: treeOf(options, header) }
  }

  async function reading<T>(act: (session: Session) => T, asking = 'may-ask'): Promise<T | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const header = readHeader(options)
      if (header === undefined) return undefined
      const reached = await inStep(act, header, asking === 'may-ask', (now) => now?.records === header.records)
      if (reached !== undefined) return reached.result
    }
    throw busy()
  }

  async function writing<T>(act: (session: Session) => T): Promise<T | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const header = readHeader(options)
      if (header === undefined) return undefined
      if (header.rekeying !== true) {
        const isOpen = (now: Header | undefined) => now?.records === header.records && now.rekeying !== true
        const reached = await inStep(act, header, true, isOpen)
        if (reached !== undefined) {
          tidy(treeOf(options, header))
          return reached.result
        }
      } else {
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    throw busy()
  }

  /** What came of it; nothing if a rekey came in between, whatever was found, written or broken meanwhile. */
  async function inStep<T>(
    act: (session: Session) => T,
    header: Header,
    asking: boolean,
    counts: (now: Header | undefined) => boolean,
  ): Promise<{ readonly result: T } | undefined> {
    try {
      const result = act(await open(header, asking))
      return counts(readHeader(options)) ? { result } : undefined
    } catch (error) {
      if (isFailure(error) && !counts(readHeader(options))) return undefined
      throw error
    }
  }

  async function keeping<T>(act: (session: Session) => T): Promise<T> {
    const write = () => writing((session) => ({ done: act(session) }))
    let result = await write()
    if (result === undefined) {
      await createVault(options, forKeyFile(options))
      result = await write()
    }
    if (result === undefined) throw new Failure('unavailable', `the vault in ${options.folder} has vanished`)
    return result.done
  }

  function tidy(tree: Tree): void {
    try {
      sweep(tree, options.now())
    } catch (error) {
      // What was to be written is written; what lies about is another save's concern, or doctor's.
      if (!isFailure(error)) throw error
    }
  }

  return { reading, writing, keeping }
}

function busy(): Failure {
  return new Failure('unavailable', 'the vault is being rekeyed, or a rekey was interrupted', {
    hints: ['credbridge vault rekey'],
  })
}
