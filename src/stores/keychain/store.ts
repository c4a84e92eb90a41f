import type { Asker } from '../../core/asker.ts'
import { type Entry, type Item, type Place, python, type StoredItem, secretOf } from '../../core/credential.ts'
import { encodeItem } from '../../core/encode-item.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { decodeItem, serviceOf } from '../../core/item.ts'
import type { Secret } from '../../core/secret.ts'
import type { SaveCondition, Store, Traits } from '../../core/store.ts'
import type { LockFolder } from '../lock-folder.ts'
import { refusingNames } from '../names.ts'
import { holds } from '../place-lock.ts'
import { type Calls, type Dialogs, type Limits, type LoadAddon, loadInstalled, openCalls } from './calls.ts'
import type { OpenIndex } from './change-index.ts'
import { findIn, foreignValue } from './find.ts'
import { entryOf, isRowOf, type Row, readIndex, rowOf } from './index-file.ts'
import { keychainKeyIn, keychainKeyOf, refuseTaken } from './keychain-key.ts'
import { type Reader, readerOf } from './reader.ts'
import type { CredentialManager } from './windows/credential-manager.ts'

export interface KeychainOptions {
  readonly platform: string
  /** Absolute. The first save creates the file and its folder. */
  readonly indexFile: string
  /** The user who must own the index; negative on systems without numeric user IDs. */
  readonly userId: number
  /** This process's ID, for the lock. */
  readonly processId?: number | undefined
  /** The folder of the locks for `alone`. */
  readonly locks: LockFolder
  readonly limits?: Limits
  readonly loadAddon?: LoadAddon
  /** Windows' own keychain, in the place of the addon. */
  readonly credentialManager?: CredentialManager
  readonly now?: () => number
}

const usualLimits: Limits = { call: 10_000, dialog: 90_000 }
/** In bytes of UTF-16, https://learn.microsoft.com/windows/win32/api/wincred/ns-wincred-credentialw */
const largestOnWindows = 2_560

/**
 * The platform's keychain: by `@napi-rs/keyring` on macOS, and on Linux if a person chooses it; on Windows by a program
 * of ours. An index file
 * without secrets lists the items (docs/keychain.md). On Linux the environment names the bus: `busAddress`.
 */
export function keychainStore(options: KeychainOptions): Store {
  const { platform, now = Date.now, indexFile, userId, processId } = options
  const place = { file: indexFile, userId, processId }
  const windows = platform === 'win32'
  const opened = new Map<boolean, Promise<Calls>>()

  function open({ personPresent }: Asker): Promise<Calls> {
    const calls = opened.get(personPresent) ?? callsFor(personPresent)
    opened.set(personPresent, calls)
    return calls
  }

  /** macOS asks whether a program may read an item, on the screen of this login, whatever the client says of a person. */
  function dialogs(personPresent: boolean): Dialogs {
    return platform === 'darwin' ? { personPresent: true, bySearch: true } : { personPresent, bySearch: false }
  }

  async function callsFor(personPresent: boolean): Promise<Calls> {
    const { credentialManager: manager, loadAddon = loadInstalled, limits = usualLimits } = options
    if (manager === undefined) return openCalls(loadAddon, dialogs(personPresent), limits)
    return (await import('./windows/calls.ts')).windowsCalls(manager)
  }

  async function reader(asker: Asker): Promise<Reader> {
    return readerOf(await open(asker), platform, asker.personPresent)
  }

  async function find(asker: Asker, endpoints: readonly Endpoint[], account?: string): Promise<readonly StoredItem[]> {
    if (endpoints.length === 0) return []
    return findIn(await reader(asker), readIndex(place), platform, endpoints, account)
  }

  async function save(asker: Asker, item: Item, condition?: SaveCondition): Promise<boolean> {
    const { service, account } = keychainKeyOf(item, platform)
    const value = encodeItem(item)
    if (windows && value.length * 2 > largestOnWindows) throw tooLarge()
    const calls = await open(asker)
    const inUse = readIndex(place).at(-1)
    await (await reader(asker)).beforeWrite(service, account, inUse && serviceOf(entryOf(inUse)))
    return changing(async (index) => {
      if (condition !== undefined && !holds(condition, item, await find(asker, [item.endpoint], item.account)))
        return false
      const others = index.rows.filter((row) => !isRowOf(row, item))
      refuseTaken(item, others.map(entryOf), platform)
      const isNew = others.length === index.rows.length
      if (isNew) index.write([...others, { ...rowOf(item, now()), open: true }])
      await calls.write(service, account, value).catch((error: unknown) => {
        if (isNew) putBack(index, others, error)
        throw error
      })
      index.write([...others, rowOf(item, now())])
      return true
    })
  }

  async function remove(asker: Asker, at: Place, expected?: Secret): Promise<boolean> {
    const key = keychainKeyIn(at, platform)
    const isListed = (rows: readonly Row[]) => rows.some((row) => isRowOf(row, at))
    if (key === undefined || !(isListed(readIndex(place)) || (await isForeign(asker, at)))) return false
    const calls = await open(asker)
    return changing(async (index) => {
      const value = await (await reader(asker)).value(key.service, key.account)
      if (value !== undefined && expected !== undefined && isOther(decodeItem(at, value), expected)) return false
      const { rows } = index
      if (value !== undefined) {
        if (isListed(rows)) index.write(rows.map((row) => (isRowOf(row, at) ? { ...row, open: true } : row)))
        await erase(asker, calls, key.service, key.account).catch((error: unknown) => {
          if (isListed(rows)) putBack(index, rows, error)
          throw error
        })
      }
      if (isListed(rows)) index.write(rows.filter((row) => !isRowOf(row, at)))
      return value !== undefined
    })
  }

  /** Whether the place has an item of Python's keyring that is not in the index. */
  async function isForeign(asker: Asker, at: Place): Promise<boolean> {
    return (
      at.owner === python && (await foreignValue(at, await reader(asker), readIndex(place), platform)) !== undefined
    )
  }

  /** Reads the item again after the removal, because on macOS a failed removal looks like a success. */
  async function erase(asker: Asker, calls: Calls, service: string, account: string): Promise<void> {
    await calls.erase(service, account)
    if ((await (await reader(asker)).value(service, account)) === undefined) return
    throw new Failure('refused', 'the keychain did not remove the item', { hints: [hint`credbridge doctor`] })
  }

  async function list(asker: Asker): Promise<readonly Entry[]> {
    const calls = await open(asker)
    if (readIndex(place).some((row) => row.open === true)) {
      const { mend } = await import('./repair-index.ts')
      await changing((index) => mend(index, calls, platform)).catch((error: unknown) => {
        if (!isFailure(error) || error.stuck) throw error
      })
    }
    return readIndex(place).map(entryOf)
  }

  async function changing<T>(work: (index: OpenIndex) => Promise<T>): Promise<T> {
    return (await import('./change-index.ts')).changing(place, work)
  }

  return refusingNames({
    name: 'keychain',
    traits: windows ? { ...traits, largest: largestOnWindows / 2 } : traits,
    find,
    save,
    remove,
    list,
    alone: async (_asker, place, work) => (await import('../place-lock.ts')).aloneByFile(options.locks, place, work),
  })
}

const traits: Traits = { lasts: 'forever', accounts: 'several', emptySecret: true, extras: true, list: true }

function isOther(item: Item, expected: Secret): boolean {
  return secretOf(item)?.equals(expected) === false
}

/** Restores the rows after a call that certainly changed nothing. Else the row stays open, and `list` looks it up. */
function putBack(index: OpenIndex, rows: readonly Row[], error: unknown): void {
  if (!isFailure(error) || ['timeout', 'refused', 'internal'].includes(error.code)) return
  try {
    index.write(rows)
  } catch {
    // The row stays open.
  }
}

function tooLarge(): Failure {
  return new Failure('too-large', `the keychain takes at most ${largestOnWindows} bytes of UTF-16`)
}
