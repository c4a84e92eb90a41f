import { statSync } from 'node:fs'
import type { Asker } from '../core/asker.ts'
import { type Broker, createBroker } from '../core/broker.ts'
import { person } from '../core/credential.ts'
import { asFailure, Failure } from '../core/failure.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import { askedInTurn, insideHelper } from '../core/program.ts'
import type { Store } from '../core/store.ts'
import { foreignItems, keychainName, openStores, storeForSaves } from '../stores/choose.ts'
import { settledFile } from '../stores/settled.ts'
import type { Machine } from '../system/machine.ts'
import type { Dialect } from '../tools/dialect.ts'
import { askerOf, type Call } from './call.ts'
import { converse, type Ending } from './converse.ts'
import { readSettings, settingsFile } from './read-settings.ts'
import type { Settings } from './settings.ts'

/** Opened once, it answers calls: settings, stores and broker are there for all of them. */
export interface Engine {
  readonly machine: Machine
  /** The settings as their file says now. A file that cannot be understood: `malformed`. */
  settings(): Promise<Settings>
  /** The stores in use; the first takes what is saved. */
  stores(): Promise<readonly [Store, ...Store[]]>
  /** The store that a save by this asker would go to. Settles nothing. */
  storeForSaves(asker: Asker): Promise<Store>
  /** What other programs keep under these attributes in the system's keychain; nothing where that is not in use. */
  foreignItems(asker: Asker, searches: readonly Readonly<Record<string, string>>[]): Promise<readonly ForeignItem[]>
  /** The broker over the stores in use, for this asker. */
  broker(asker: Asker): Promise<Broker>
  /** Answers one call. `notice` hears of each failure on the way. */
  answer(dialect: Dialect, call: Call, notice?: (failure: Failure) => void): Promise<Ending>
}

/** What differs from one engine to another. */
export interface EngineOptions {
  /** What happens where no store is settled yet and there is provably no keychain, asked each time that stores are opened. */
  readonly withoutKeychain?: () => 'vault' | 'failure'
}

interface Opened {
  readonly settings: Settings
  readonly stores: readonly [Store, ...Store[]]
}

export function openEngine(machine: Machine, { withoutKeychain = () => 'vault' }: EngineOptions = {}): Engine {
  let read: { readonly version: string; readonly settings: Promise<Settings> } | undefined
  let stores: { readonly version: string; readonly opened: Promise<readonly [Store, ...Store[]]> } | undefined

  /** Settings are read again when their file has changed since. */
  function settings(): Promise<Settings> {
    const version = versionOf(settingsFile(machine.places))
    if (read?.version !== version) read = { version, settings: readSettings(machine.places, machine.env) }
    return read.settings
  }

  async function open(): Promise<Opened> {
    const now = await settings()
    const { stores: names, vaultKeyFile, secretServiceSession } = now
    const settled = names === undefined ? versionOf(settledFile(machine.places.state)) : ''
    const otherwise = withoutKeychain()
    const version = JSON.stringify([names, vaultKeyFile, secretServiceSession, settled, otherwise])
    if (stores?.version !== version) stores = { version, opened: openStores(now, machine, otherwise) }
    try {
      return { settings: now, stores: await stores.opened }
    } catch (error) {
      stores = undefined
      throw error
    }
  }

  async function broker(asker: Asker): Promise<Broker> {
    const { settings, stores } = await open()
    const { recoverHours, aliases, tokenUser } = settings
    return createBroker({ stores, asker, now: Date.now, recoverHours, aliases, tokenUser })
  }

  async function answer(dialect: Dialect, call: Call, notice: (failure: Failure) => void = () => {}): Promise<Ending> {
    let opened: Promise<Broker> | undefined
    const openBroker = async () => {
      // A helper that credbridge itself has started, and that leads back to us, must not turn in circles.
      if (machine.env[insideHelper] !== undefined && call.tool !== person) throw new Failure('refused', askedInTurn)
      opened ??= broker({ ...askerOf(call), memory: new WeakMap() })
      return opened
    }
    const readSetting = async (name: string) => (await settings()).tools[name]
    const ending = await converse(dialect, call, openBroker, (failure) => notice(asFailure(failure)), readSetting)
    // A store that hangs is not asked by the next call.
    if (ending.stuck) stores = undefined
    return ending
  }

  return {
    machine,
    settings,
    stores: async () => (await open()).stores,
    storeForSaves: async (asker) => storeForSaves((await open()).stores[0], asker),
    async foreignItems(asker, searches) {
      const { settings, stores } = await open()
      const keychain = keychainName(machine.platform)
      return stores.some(({ name }) => name === keychain) ? foreignItems(settings, machine, asker, searches) : []
    },
    broker,
    answer,
  }
}

/** Differs after each change of the file, also after one that replaced it; empty where it cannot be seen. */
function versionOf(file: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(file)
    return [ino, size, mtimeMs].join(' ')
  } catch {
    return ''
  }
}
