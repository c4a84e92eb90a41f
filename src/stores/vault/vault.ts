import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { Failure, isFailure } from '../../core/failure.ts'
import { fault } from './faults.ts'
import { isOwnFolder, namesIn, readOwn } from './files.ts'
import { type Header, isRecordsFolder, parseHeader, printHeader } from './header.ts'
import { type VaultKey, vaultKey } from './key.ts'
import { type Opened, openVault } from './open.ts'
import type { VaultOptions } from './options.ts'
import type { SlotMaker } from './slots/make.ts'
import { freshName, sweep, type Tree } from './tree.ts'
import { discard, linkTo, makeFolder, syncFolder, writeNew } from './writing.ts'

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
      const result = act(await open(header, asking === 'may-ask'))
      if (readHeader(options)?.records === header.records) return result
    }
    throw busy()
  }

  async function writing<T>(act: (session: Session) => T): Promise<T | undefined> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const header = readHeader(options)
      if (header === undefined) return undefined
      if (header.rekeying !== true) {
        const session = await open(header, true)
        const result = act(session)
        const after = readHeader(options)
        if (after?.records === header.records && after.rekeying !== true) {
          tidy(session.tree)
          return result
        }
      } else {
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    throw busy()
  }

  async function keeping<T>(act: (session: Session) => T): Promise<T> {
    if (readHeader(options) === undefined)
      await createVault(options, (await import('./slots/make.ts')).forKeyFile(options))
    const result = await writing((session) => ({ done: act(session) }))
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

/** The header of the vault; `undefined` where there is no vault. */
export function readHeader({ folder, uid }: VaultOptions): Header | undefined {
  if (!isOwnFolder(folder, uid)) return undefined
  const path = headerPath(folder)
  const bytes = readOwn(path, uid)
  if (bytes !== undefined) return parseHeader(bytes, path)
  if (namesIn(folder).some(isRecordsFolder)) throw fault('header-missing', path)
  return undefined
}

export function headerPath(folder: string): string {
  return `${folder}/vault.json`
}

export function treeOf({ folder, uid }: VaultOptions, header: { readonly records: string }): Tree {
  return { records: `${folder}/${header.records}`, fresh: `${folder}/new`, uid }
}

/** Makes a vault with one slot. False if another process has made one meanwhile: then that one is as good. */
export async function createVault(options: VaultOptions, make: SlotMaker): Promise<boolean> {
  const { folder, uid } = options
  makeFolder(folder)
  isOwnFolder(folder, uid)
  const id = randomBytes(16).toString('hex')
  const key = vaultKey(randomBytes(32))
  const header = { id, keyId: key.id.toString('hex'), records: 'records', slots: [await make(id, key.bytes)] }
  const beside = freshName(treeOf(options, header))
  writeNew(beside, printHeader(header))
  try {
    return linkTo(beside, headerPath(folder)) === 'linked'
  } finally {
    discard(beside)
    syncFolder(folder)
    syncFolder(dirname(folder))
  }
}

function busy(): Failure {
  return new Failure('unavailable', 'the vault is being rekeyed, or a rekey was interrupted', {
    hints: ['credbridge vault rekey'],
  })
}
