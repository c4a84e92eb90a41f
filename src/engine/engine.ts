import { statSync } from 'node:fs'
import type { Asker } from '../core/asker.ts'
import { type Broker, type Current, createBroker, type Hearing } from '../core/broker.ts'
import type { Credential } from '../core/credential.ts'
import { isFar } from '../core/far-store.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import { isDue } from '../core/grant.ts'
import { endpointWords, hint } from '../core/hint.ts'
import type { Store } from '../core/store.ts'
import { openStores } from '../stores/open.ts'
import { settledFile } from '../stores/settled.ts'
import type { ClientMachine } from '../system/machine.ts'
import { readSettings, settingsFile } from './read-settings.ts'
import type { Settings } from './settings.ts'
import type { Tracing } from './tracing.ts'

/** What calls are answered with. Opens settings and stores once, and uses them for all calls. */
export interface Engine {
  readonly machine: ClientMachine
  /** The current settings. An invalid settings file: `malformed`. */
  settings(): Promise<Settings>
  /** The stores in use. Saves go to the first. */
  stores(): Promise<readonly [Store, ...Store[]]>
  /** The store that a save by this asker would go to. Settles nothing. */
  storeForSaves(asker: Asker): Promise<Store>
  /** Other programs' items with these attributes in the system's keychain; empty if the keychain is not in use. */
  foreignItems(asker: Asker, searches: readonly Readonly<Record<string, string>>[]): Promise<readonly ForeignItem[]>
  /**
   * The broker over the stores in use, for this asker. With `explaining`, which hears how its lookups are decided, it runs
   * nothing. With `through` it has only what that lets it have of each store.
   */
  broker(asker: Asker, explaining?: Hearing, through?: (store: Store) => Store): Promise<Broker>
  /** Opens the stores ahead of a lookup by this asker. Never fails: the lookup reports what goes wrong. */
  ready(asker: Asker): Promise<void>
  /** The next request opens the stores again, instead of asking one that hangs. */
  reopen(): void
}

export interface EngineOptions {
  /** What to use if no store is settled and there is provably no keychain. Called each time that stores are opened. */
  readonly withoutKeychain?: () => 'vault' | 'failure'
  /** What passes through a trace. Absent: nothing is traced. */
  readonly tracing?: Tracing | undefined
}

interface Opened {
  readonly settings: Settings
  readonly stores: readonly [Store, ...Store[]]
}

export function openEngine(machine: ClientMachine, options: EngineOptions = {}): Engine {
  const { withoutKeychain = () => 'vault', tracing } = options
  let read: { readonly version: string; readonly settings: Promise<Settings> } | undefined
  let stores: { readonly version: string; readonly opened: Promise<readonly [Store, ...Store[]]> } | undefined

  /** Reads the settings again if their file has changed. */
  function settings(): Promise<Settings> {
    const version = versionOf(settingsFile(machine.folders))
    if (read?.version !== version) read = { version, settings: readSettings(machine.folders, machine.env) }
    return read.settings
  }

  async function open(): Promise<Opened> {
    const now = await settings()
    const { stores: names, vaultKeyFile, secretServiceSession, openbao, httpCaFile } = now
    const settled = names === undefined ? versionOf(settledFile(machine.folders.state)) : ''
    const otherwise = withoutKeychain()
    const version = JSON.stringify([names, vaultKeyFile, secretServiceSession, openbao, httpCaFile, settled, otherwise])
    if (stores?.version !== version) stores = { version, opened: tracedStores(now, otherwise) }
    try {
      return { settings: now, stores: await stores.opened }
    } catch (error) {
      stores = undefined
      throw error
    }
  }

  async function tracedStores(settings: Settings, otherwise: 'vault' | 'failure'): Promise<[Store, ...Store[]]> {
    const [first, ...rest] = await openStores(settings, machine, otherwise)
    return tracing === undefined ? [first, ...rest] : [tracing.store(first), ...rest.map((one) => tracing.store(one))]
  }

  async function broker(asker: Asker, explaining?: Hearing, through?: (store: Store) => Store): Promise<Broker> {
    const { settings, stores: all } = await open()
    const [first, ...rest] = all
    const stores = through === undefined ? all : ([through(first), ...rest.map(through)] as const)
    if (isFar(stores[0])) return watched(stores[0].broker(asker), asker, settings)
    const { recoverHours, aliases, tokenUser } = settings
    const now = Date.now
    const signedOut = ({ endpoint }: Credential) =>
      machine.say(hint`the sign-in at ${endpoint.key} has ended: credbridge login ${endpointWords(endpoint)}`)
    const current: Current = async (store, asker, shown, stored) => {
      if (stored.kind === 'token') {
        if (explaining !== undefined || !isDue(stored, now())) return shown
        return (await import('./renew.ts')).renewed({ machine, store, asker, now, signedOut }, shown, stored)
      }
      const minting = await import('./mint.ts')
      if (explaining !== undefined) return minting.foresee({ machine, store, now }, stored)
      return minting.mint({ machine, store, asker, now }, stored)
    }
    const hearing = explaining ?? tracing?.hearing
    const saying = explaining === undefined ? { signedOut } : {}
    const broker = createBroker({ stores, asker, now, recoverHours, aliases, tokenUser, current, hearing, ...saying })
    // What a grant lets through is logged by who serves it, and an explanation asks for nothing.
    const isOwnCall = through === undefined && explaining === undefined
    return watched(broker, asker, isOwnCall ? settings : { audit: false })
  }

  /** With what a person wants to read later: a trace, a log. */
  async function watched(broker: Broker, asker: Asker, { audit }: Pick<Settings, 'audit'>): Promise<Broker> {
    const traced = tracing?.broker(broker, asker) ?? broker
    return audit ? (await import('./audited.ts')).audited(traced, asker, machine) : traced
  }

  async function ready(asker: Asker): Promise<void> {
    const stores = await open().then(
      (opened) => opened.stores,
      () => [],
    )
    await stores[0]?.ready?.(asker)
  }

  function reopen(): void {
    stores = undefined
  }

  return {
    machine,
    settings,
    stores: async () => (await open()).stores,
    storeForSaves: async (asker) =>
      (await import('../stores/choose.ts')).storeForSaves((await open()).stores[0], asker),
    async foreignItems(asker, searches) {
      const { settings, stores } = await open()
      const [{ foreignItems }, { keychainName }] = await Promise.all([
        import('../stores/choose.ts'),
        import('../stores/unsettled.ts'),
      ])
      const keychain = keychainName(machine.platform)
      return stores.some(({ name }) => name === keychain) ? foreignItems(settings, machine, asker, searches) : []
    },
    broker,
    ready,
    reopen,
  }
}

/** Changes whenever the file is changed or replaced; empty if the file cannot be examined. */
function versionOf(file: string): string {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    return found === undefined ? '' : [found.ino, found.size, found.mtimeMs].join(' ')
  } catch {
    return ''
  }
}
